import Link from 'next/link'
import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'

/** A runbook's prose. HTML in it stays text; pictures are left out; links leave this page only where they say so. */
export function Prose({ children }: { children: string }) {
  return (
    <div className="prose">
      <Markdown
        remarkPlugins={[remarkGfm]}
        disallowedElements={['img']}
        components={{
          h1: ({ children: text }) => <h3>{text}</h3>,
          h2: ({ children: text }) => <h3>{text}</h3>,
          h3: ({ children: text }) => <h4>{text}</h4>,
          a: ({ href = '', children: text }) =>
            href.startsWith('/') ? (
              <Link className="link" href={href}>
                {text}
              </Link>
            ) : (
              <a className="link" href={href} target="_blank" rel="noreferrer">
                {text}
              </a>
            ),
        }}
      >
        {children}
      </Markdown>
    </div>
  )
}
