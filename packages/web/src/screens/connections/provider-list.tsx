import type { ProviderInfo } from '@easel/contract'
import { Icon } from '#parts/icon.tsx'
import classes from './provider-list.module.css'

interface ProviderListProps {
  readonly providers: readonly ProviderInfo[]
  readonly onChoose: (provider: ProviderInfo) => void
}

const keyWords = { none: 'No key', optional: 'Key optional', required: 'Needs a key' } as const

export function ProviderList({ providers, onChoose }: ProviderListProps) {
  return (
    <ul className={classes['list']} aria-label="Kinds of engine">
      {providers.map((provider) => (
        <li key={provider.id}>
          <button type="button" className={classes['provider']} onClick={() => onChoose(provider)}>
            <span className={classes['words']}>
              <span className={classes['name']}>{provider.label}</span>
              <span className={classes['about']}>{provider.description}</span>
            </span>
            <span className={classes['key']}>{keyWords[provider.key]}</span>
            <Icon name="right" size={16} />
          </button>
        </li>
      ))}
    </ul>
  )
}
