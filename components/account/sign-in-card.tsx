import { Logo } from '@/components/ui'
import { SignInForm } from './sign-in-form'

export function SignInCard({ next }: { next: string | null }) {
  return (
    <main className="sign-in">
      <div className="w-full max-w-[360px]">
        <div className="mb-5 flex items-center gap-2.5">
          <Logo size={26} />
          <h1 className="text-figure font-semibold tracking-tight">Parallax</h1>
        </div>
        <p className="mb-5 text-lead text-text-2">Live counts, recounted exactly.</p>
        <section className="panel p-5" aria-label="Sign in">
          <SignInForm next={next} />
        </section>
        <p className="mt-4 text-small text-text-3">
          First time here? The e-mail and password of the first admin were printed where Parallax was started.
        </p>
      </div>
    </main>
  )
}
