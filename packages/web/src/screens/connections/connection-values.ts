import type { Connection, ConnectionCreate, Price, ProviderInfo } from '@easel/contract'
import type { ConnectionPatch } from '#data/connection-mutations.ts'

/** What stands in the form of an engine. */
export interface ConnectionValues {
  readonly name: string
  /** Empty: unchanged, or none. */
  readonly key: string
  readonly baseUrl: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly defaultModel: string
  readonly concurrency: number | null
  readonly isDefault: boolean
  /** Offered to everybody; null: that is not the caller's to say. */
  readonly shared: boolean | null
  readonly fallbackId: string | null
  readonly prices: readonly PriceRow[]
}

/** A line of the price list; empty: whatever it is. */
export interface PriceRow {
  readonly model: string
  readonly size: string
  readonly quality: string
  readonly amount: number | null
}

export const emptyPrice: PriceRow = { model: '', size: '', quality: '', amount: null }

const rowOf = ({ model = '', size = '', quality = '', amount }: Price): PriceRow => ({ model, size, quality, amount })

/** Lines without a price are left out: they say nothing. */
function pricesOf(rows: readonly PriceRow[]): Price[] {
  return rows.flatMap(({ model, size, quality, amount }) =>
    amount === null
      ? []
      : [
          {
            amount,
            ...(model.trim() === '' ? {} : { model: model.trim() }),
            ...(size.trim() === '' ? {} : { size: size.trim().replace('×', 'x') }),
            ...(quality.trim() === '' ? {} : { quality: quality.trim() }),
          },
        ],
  )
}

/** @param mayShare whether the caller may offer engines to everybody */
export function startValues(
  connection: Connection | null,
  provider: ProviderInfo,
  mayShare: boolean,
): ConnectionValues {
  return {
    name: connection?.name ?? provider.label,
    key: '',
    baseUrl: connection?.baseUrl ?? '',
    settings: connection?.settings ?? {},
    defaultModel: connection?.defaultModel ?? '',
    concurrency: connection?.concurrency ?? null,
    isDefault: connection?.isDefault ?? false,
    shared: mayShare ? (connection?.shared ?? false) : null,
    fallbackId: connection?.fallbackId ?? null,
    prices: (connection?.prices ?? []).map(rowOf),
  }
}

/** The body that makes a connection; what was left empty is left to the server. */
export function createBody(values: ConnectionValues, provider: ProviderInfo): ConnectionCreate {
  return {
    name: values.name.trim(),
    provider: provider.id,
    settings: { ...values.settings },
    ...(values.baseUrl.trim() === '' ? {} : { baseUrl: values.baseUrl.trim() }),
    ...(values.key.trim() === '' ? {} : { key: values.key.trim() }),
    ...(values.defaultModel.trim() === '' ? {} : { defaultModel: values.defaultModel.trim() }),
    ...(values.concurrency === null ? {} : { concurrency: values.concurrency }),
    ...(values.isDefault ? { isDefault: true } : {}),
    ...(values.shared === true ? { shared: true } : {}),
    ...(values.fallbackId === null ? {} : { fallbackId: values.fallbackId }),
    ...(pricesOf(values.prices).length === 0 ? {} : { prices: pricesOf(values.prices) }),
  }
}

/** The body that changes a connection: only what differs. */
export function patchBody(values: ConnectionValues, connection: Connection): ConnectionPatch {
  const { name, baseUrl, defaultModel, concurrency, isDefault, shared, settings } = connection
  const prices = pricesOf(values.prices)
  const address = values.baseUrl.trim()
  const model = values.defaultModel.trim()
  return {
    ...(values.name.trim() === name ? {} : { name: values.name.trim() }),
    ...(address === '' || address === baseUrl ? {} : { baseUrl: address }),
    ...(values.key.trim() === '' ? {} : { key: values.key.trim() }),
    ...(model === (defaultModel ?? '') ? {} : { defaultModel: model }),
    ...(values.concurrency === null || values.concurrency === concurrency ? {} : { concurrency: values.concurrency }),
    ...(values.isDefault && !isDefault ? { isDefault: true } : {}),
    ...(values.shared === null || values.shared === shared ? {} : { shared: values.shared }),
    ...(values.fallbackId === connection.fallbackId ? {} : { fallbackId: values.fallbackId }),
    ...(JSON.stringify(prices) === JSON.stringify(pricesOf(connection.prices.map(rowOf))) ? {} : { prices }),
    ...(JSON.stringify(values.settings) === JSON.stringify(settings) ? {} : { settings: { ...values.settings } }),
  }
}
