import Link from 'next/link'

export default function NotFound() {
  return (
    <main className="sign-in">
      <div className="max-w-[420px]">
        <h1 className="mb-2 text-figure font-semibold">There is no such page</h1>
        <p className="mb-4 text-text-2">
          The address may be mistyped, or lead to a screen that this version does not have.
        </p>
        <Link className="btn" href="/pipelines">
          To the pipelines
        </Link>
      </div>
    </main>
  )
}
