import type { SizeRule } from '@easel/contract'
import { Button, Popover } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { Draft } from '#data/draft.ts'
import { ChoiceChips } from '#parts/choice-chips.tsx'
import { pixels } from '#parts/format.ts'
import { RatioGlyph } from '#parts/ratio-glyph.tsx'
import { chosenShape, pairOf, shapesOf, wishFor } from './shape.ts'
import classes from './shape-picker.module.css'

const CustomSize = lazy(async () => ({ default: (await import('./custom-size.tsx')).CustomSize }))

interface ShapePickerProps {
  readonly rule: SizeRule
  readonly draft: Pick<Draft, 'size' | 'aspectRatio'>
  readonly onChange: (change: Pick<Draft, 'size' | 'aspectRatio'>) => void
}

/** The form of the picture, as the model takes it. */
export function ShapePicker({ rule, draft, onChange }: ShapePickerProps) {
  const chosen = chosenShape(rule, draft)
  const size = chosen.kind === 'size' ? pairOf(chosen.value, 'x') : null
  return (
    <Popover position="bottom-start" width={356} trapFocus>
      <Popover.Target>
        <Button variant="subtle" className={classes['button'] ?? ''} aria-label={`Shape: ${chosen.label}`}>
          <RatioGlyph ratio={chosen.ratio} />
          <span className={classes['label']}>{chosen.label}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes['panel'] ?? ''}>
        <ChoiceChips
          label="Shape"
          value={chosen.value}
          onChange={(value) => {
            const shape = shapesOf(rule).find((one) => one.value === value)
            if (shape) onChange(wishFor(shape))
          }}
          chips={shapesOf(rule).map((shape) => ({
            value: shape.value,
            label: (
              <>
                <RatioGlyph ratio={shape.ratio} />
                {shape.label}
              </>
            ),
          }))}
        />
        {size !== null && rule.kind === 'fixed' && (
          <p className={classes['note']}>{pixels(size.width, size.height)} pixels</p>
        )}
        {size !== null && rule.kind === 'free' && (
          <Suspense fallback={null}>
            <CustomSize
              key={chosen.value}
              rule={rule}
              size={size}
              onChange={({ width, height }) => onChange({ size: `${width}x${height}`, aspectRatio: null })}
            />
          </Suspense>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
