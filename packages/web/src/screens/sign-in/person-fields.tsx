import { PasswordInput, TextInput } from '@mantine/core'

export interface Person {
  readonly name: string
  readonly email: string
  readonly password: string
}

export const nobody: Person = { name: '', email: '', password: '' }

/** As it is sent. */
export function trimmed({ name, email, password }: Person): Person {
  return { name: name.trim(), email: email.trim(), password }
}

interface PersonFieldsProps {
  readonly value: Person
  readonly errors: Readonly<Record<string, string>>
  readonly onChange: (value: Person) => void
}

/** Who somebody is going to be here. */
export function PersonFields({ value, errors, onChange }: PersonFieldsProps) {
  return (
    <>
      <TextInput
        label="Name"
        autoComplete="name"
        required
        withAsterisk={false}
        maxLength={100}
        value={value.name}
        error={errors['name']}
        onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
      />
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        withAsterisk={false}
        value={value.email}
        error={errors['email']}
        onChange={(event) => onChange({ ...value, email: event.currentTarget.value })}
      />
      <PasswordInput
        label="Password"
        description="At least 10 characters. A few words in a row are fine."
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={value.password}
        error={errors['password']}
        onChange={(event) => onChange({ ...value, password: event.currentTarget.value })}
      />
    </>
  )
}
