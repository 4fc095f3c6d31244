import {
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'
import classes from './theme.module.css'

// The shades are never used: every colour comes from tokens.css. The library wants the ten for its types.
const accent: MantineColorsTuple = [
  '#dff0ed', '#b9dfd9', '#8fcdc4', '#57c8ba', '#3aa99b', '#1f8a7e', '#0f6e66', '#0b5a53', '#084842', '#053530',
] // prettier-ignore

const variantColorResolver: VariantColorsResolver = (input) => {
  const danger = input.color === 'danger'
  const tone = danger ? 'danger' : 'accent'
  switch (input.variant) {
    case 'filled':
      return {
        background: `var(--${tone})`,
        hover: `var(--${tone}-hover)`,
        color: `var(--on-${tone})`,
        border: '1px solid transparent',
      }
    case 'light':
      return {
        background: `var(--${tone}-soft)`,
        hover: `var(--${tone}-soft)`,
        color: danger ? 'var(--danger)' : 'var(--accent-text)',
        border: '1px solid transparent',
      }
    case 'subtle':
      return {
        background: 'transparent',
        hover: 'var(--hover)',
        color: danger ? 'var(--danger)' : 'var(--text-2)',
        hoverColor: danger ? 'var(--danger)' : 'var(--text)',
        border: '1px solid transparent',
      }
    default:
      return defaultVariantColorsResolver(input)
  }
}

// What floats lies inside <main>, so that screen readers find it within a landmark.
const portalProps = { target: '#overlays' }

// The library's own scroll lock would put a style tag into the page; base.css does it instead.
const overlay = {
  portalProps,
  lockScroll: false,
  centered: true,
  radius: 'lg',
  transitionProps: { duration: 160, transition: 'fade' as const },
  overlayProps: { className: classes['overlay'] },
  closeButtonProps: { 'aria-label': 'Close', iconSize: 18, className: classes['close'] },
}

const field = {
  input: classes['input'],
  label: classes['label'],
  description: classes['help'],
  error: classes['error'],
}

// Given by name and not by importing the components, so that those of other screens are not loaded with the first page.

/** Every habit of a component that differs from the library's. Colours and measures are in tokens.css. */
export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent, danger: accent },
  variantColorResolver,
  cursorType: 'pointer',
  respectReducedMotion: true,
  defaultRadius: 'md',
  focusRing: 'auto',
  components: {
    Button: { defaultProps: { radius: 'md' }, classNames: { root: classes['button'] } },
    ActionIcon: {
      defaultProps: { variant: 'subtle', radius: 'md' },
      classNames: { root: classes['iconButton'] },
    },
    TextInput: { classNames: field },
    PasswordInput: { classNames: { ...field, innerInput: classes['innerInput'] } },
    NumberInput: { classNames: field },
    Textarea: { classNames: field },
    Select: {
      defaultProps: { allowDeselect: false, checkIconPosition: 'right', comboboxProps: { shadow: 'md', portalProps } },
      classNames: { ...field, dropdown: classes['dropdown'], option: classes['option'] },
    },
    Autocomplete: {
      defaultProps: { comboboxProps: { shadow: 'md', portalProps } },
      classNames: { ...field, dropdown: classes['dropdown'], option: classes['option'] },
    },
    Slider: {
      defaultProps: { size: 4, thumbSize: 18, label: null },
      classNames: { thumb: classes['thumb'], track: classes['rail'] },
    },
    Switch: {
      defaultProps: { size: 'md', withThumbIndicator: false },
      classNames: { track: classes['track'], label: classes['switchLabel'] },
    },
    Checkbox: { classNames: { input: classes['box'], label: classes['switchLabel'] } },
    SegmentedControl: {
      defaultProps: { radius: 'md', transitionDuration: 140 },
      classNames: { root: classes['segments'], label: classes['segment'], indicator: classes['segmentOn'] },
    },
    Modal: {
      defaultProps: overlay,
      classNames: {
        header: classes['dialogHeader'],
        title: classes['dialogTitle'],
        body: classes['dialogBody'],
        inner: classes['inner'],
        content: classes['dialog'],
      },
    },
    Drawer: {
      defaultProps: {
        ...overlay,
        transitionProps: { duration: 180 },
        // Else the first field would get the focus and a phone's keyboard would come up.
        closeButtonProps: { ...overlay.closeButtonProps, 'data-autofocus': true },
      },
      classNames: {
        header: classes['dialogHeader'],
        title: classes['dialogTitle'],
        body: classes['sheetBody'],
        inner: classes['inner'],
        content: classes['sheet'],
      },
    },
    Menu: {
      defaultProps: {
        portalProps,
        shadow: 'md',
        transitionProps: { duration: 100, transition: 'fade' },
        position: 'bottom-end',
        withInitialFocusPlaceholder: false,
      },
      classNames: { dropdown: classes['dropdown'], item: classes['option'], divider: classes['divider'] },
    },
    Popover: {
      defaultProps: { portalProps, shadow: 'lg', radius: 'lg', transitionProps: { duration: 100, transition: 'fade' } },
      classNames: { dropdown: classes['dropdown'] },
    },
    Combobox: { defaultProps: { portalProps } },
    ModalRoot: { defaultProps: { portalProps }, classNames: { inner: classes['inner'] } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Dismiss' } } },
    Tooltip: {
      defaultProps: {
        portalProps,
        openDelay: 400,
        transitionProps: { duration: 100 },
        events: { hover: true, focus: true, touch: false },
      },
      classNames: { tooltip: classes['tooltip'] },
    },
  },
})
