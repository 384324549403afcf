import type { Command, Option } from 'commander'

/** JSON Schema of a configuration file, made of the command line itself: what one understands, the other does. */
export function configSchema(program: Command): object {
  return {
    type: 'object',
    properties: { ...optionSchemas(program), ...commandSchemas(program) },
    additionalProperties: false,
  }
}

/** Options that make no sense in a file: they are about one run, or about the file itself. */
const NOT_IN_FILES: ReadonlySet<string> = new Set(['config', 'help', 'version', 'yes', 'force', 'save'])

/** An option by its name without the dashes; undefined where files cannot have it. */
export function configOption(command: Command, name: string): Option | undefined {
  return NOT_IN_FILES.has(name) ? undefined : command.options.find((option) => option.name() === name)
}

function commandSchemas(parent: Command): Record<string, object> {
  const schemas: Record<string, object> = {}
  for (const command of parent.commands) {
    const properties = { ...optionSchemas(command), ...commandSchemas(command) }
    if (Object.keys(properties).length > 0)
      schemas[command.name()] = { type: 'object', properties, additionalProperties: false }
  }
  return schemas
}

function optionSchemas(command: Command): Record<string, object> {
  const options = command.options.filter((option) => configOption(command, option.name()) === option)
  return Object.fromEntries(options.map((option) => [option.name(), optionSchema(option)]))
}

/** An option with the word 'null' among its values: unquoted, it is YAML's and JSON's null. */
export function takesNull(option: Option): boolean {
  return option.description.includes("'null'")
}

/** What the text of a value must be is known to the option's own parser. */
function optionSchema(option: Option): object {
  const isFlag = !option.required && !option.optional
  const types = ['string', 'number', ...(takesNull(option) ? ['null'] : [])]
  return { type: isFlag ? 'boolean' : types, description: option.description }
}
