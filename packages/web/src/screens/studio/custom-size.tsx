import type { SizeRule } from '@easel/contract'
import { NumberInput } from '@mantine/core'
import { useState } from 'react'
import { snapSize } from './shape.ts'
import classes from './shape-picker.module.css'

interface CustomSizeProps {
  readonly rule: Extract<SizeRule, { kind: 'free' }>
  readonly size: { readonly width: number; readonly height: number }
  readonly onChange: (size: { width: number; height: number }) => void
}

/** Width and height in pixels; they snap to what the model takes when a field is left. */
export function CustomSize({ rule, size, onChange }: CustomSizeProps) {
  const [typed, setTyped] = useState(size)
  const settle = () => {
    const next = snapSize(rule, typed.width, typed.height)
    if (next.width !== size.width || next.height !== size.height) onChange(next)
    else setTyped(size)
  }
  const field = (name: 'width' | 'height', label: string) => (
    <NumberInput
      label={label}
      value={typed[name]}
      min={rule.min}
      max={rule.max}
      step={rule.multiple}
      clampBehavior="none"
      allowNegative={false}
      allowDecimal={false}
      onChange={(value) => setTyped({ ...typed, [name]: Number(value) || rule.min })}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return
        event.preventDefault()
        settle()
      }}
    />
  )
  return (
    <div className={classes['custom']}>
      {field('width', 'Width')}
      {field('height', 'Height')}
      <p className={classes['note']}>
        {rule.min} to {rule.max} pixels{rule.multiple > 1 && `, in steps of ${rule.multiple}`}
      </p>
    </div>
  )
}
