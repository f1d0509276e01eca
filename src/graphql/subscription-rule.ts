import {
  type DefinitionNode,
  type DocumentNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  validate,
  type ValidationContext,
  type ValidationRule,
} from 'graphql'
import { ApiError } from '../../datasources/contract/errors.js'
import { joinRefusedValues } from './refused-values.js'

const hasSubscription = ({ definitions }: DocumentNode): boolean =>
  definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.SUBSCRIPTION,
  )

/** True where the rule throws: it reads the conditions of root fields before it is known that they are valid, and without variables. */
function isUnreadable(context: ValidationContext): boolean {
  try {
    validate(context.getSchema(), context.getDocument(), [SingleFieldSubscriptionsRule])
    return false
  } catch {
    return true
  }
}

/** What the other rules refuse in a document; at least the conditions that the rule cannot read. */
function errorsOf(context: ValidationContext, maxErrors: number): readonly unknown[] {
  const others = specifiedRules.filter((rule) => rule !== SingleFieldSubscriptionsRule)
  const { hideSuggestions } = context
  const errors = validate(context.getSchema(), context.getDocument(), others, { maxErrors, hideSuggestions })
  if (errors.length > 0) return joinRefusedValues(errors, context.getDocument())
  const message = 'The root field of a subscription takes no @skip or @include whose condition is a variable.'
  return [new GraphQLError(message, { originalError: new ApiError('BAD_USER_INPUT', { message }) })]
}

/**
 * Refuses a subscription on which `SingleFieldSubscriptionsRule` of graphql-js throws: an exception in place of an error
 * would be a failure of the server. It runs while the rules are created, as `documentLimits` does and after it, and
 * empties the document, so that the rule has nothing to visit.
 */
export const readableSubscriptions =
  (maxErrors: number): ValidationRule =>
  (context) => {
    const document = context.getDocument()
    if (!hasSubscription(document) || !isUnreadable(context)) return {}
    // One more than it takes would make the context throw.
    for (const error of errorsOf(context, maxErrors).slice(0, maxErrors)) context.reportError(error as GraphQLError)
    ;(document.definitions as DefinitionNode[]).length = 0
    return {}
  }
