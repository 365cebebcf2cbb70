import type { Metadata } from 'next'
import { SignInCard } from '@/components/account'

export const metadata: Metadata = { title: 'Sign in' }

interface PageProps {
  searchParams: Promise<{ next?: string | string[] }>
}

export default async function SignInPage({ searchParams }: PageProps) {
  const { next } = await searchParams
  return <SignInCard next={typeof next === 'string' ? next : null} />
}
