import { Link } from '@tanstack/react-router'
import { patchDraft } from '#data/preferences.ts'
import { useAuthStatus } from '#data/session.ts'
import { focusPrompt } from '#parts/focus-prompt.ts'
import { Icon } from '#parts/icon.tsx'
import classes from './welcome.module.css'

const ideas = [
  'A lighthouse on a cliff at dusk, storm clouds, warm window light',
  'A quiet mountain lake at sunrise, mist between the pines',
  'A small blue boat under a full moon, paper-cut style',
]

interface WelcomeProps {
  readonly drawnByRules: boolean
}

/** What stands under the prompt box before there is a first picture. */
export function Welcome({ drawnByRules }: WelcomeProps) {
  const guest = useAuthStatus()?.me?.role === 'guest'
  return (
    <div className={classes['welcome']}>
      <ul className={classes['ideas']} aria-label="Ideas">
        {ideas.map((idea) => (
          <li key={idea}>
            <button
              type="button"
              className={classes['idea']}
              onClick={() => {
                patchDraft({ prompt: idea })
                focusPrompt()
              }}
            >
              <Icon name="plus" size={15} />
              {idea}
            </button>
          </li>
        ))}
      </ul>
      {drawnByRules && (
        <p className={classes['note']}>
          <Icon name="info" size={16} />
          <span>
            The built-in sketcher draws by rules, not AI: good for trying things out.
            {!guest && (
              <>
                {' '}
                <Link to="/engines">Connect an engine</Link> for real pictures.
              </>
            )}
          </span>
        </p>
      )}
    </div>
  )
}
