'use client'
import { useEffect } from 'react'
import { toSignIn } from '@/components/data'

/** Not signed in: go there, and come back to this very view. */
export function ToSignIn() {
  useEffect(toSignIn, [])
  return <p className="p-5 text-text-3">Going to the sign-in page.</p>
}
