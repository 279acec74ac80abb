const ROLE = "for administrators and moderators, who see what is hidden; who may call is told by who-may-call";
const OWN_LIST = "the caller's own list: titles and a number, members that are hidden for the time being included";
const OWN_WORDS =
  "the caller's own words: the ids in them are the caller's; what they lead to is judged when it is published";
const OWN_POST =
  "an author's say in what others make of an own post holds also where the quote is out of sight, and whoever has its id saw it once";

const HOME_GOES_ON =
  "a part of what ListHomeTimeline shows, through the very same function; its own tests look for what must not be there";

/** Methods that name others and are no part of the matrix, and why. */
export const REASONS: Readonly<Record<string, string>> = {
  "TimelineService/ExplainAbsence":
    "answers with a rule and no more; its own tests hold that whatever is hidden by others gets the rule of what nobody has",
  "TimelineService/FillGap": HOME_GOES_ON,
  "TimelineService/StreamHomeTimeline": HOME_GOES_ON,
  "ProjectionAdminService/RebuildProjection": ROLE,
  "ProjectionAdminService/GetFanoutStatus": ROLE,
  "ProjectionAdminService/RescoreTimelines": ROLE,
  "ProjectionAdminService/GetRankingConfig": ROLE,
  "ProjectionAdminService/UpdateRankingConfig": ROLE,
  "GraphService/ReconcileCounters": ROLE,
  "EngagementService/ReconcileCounters": ROLE,
  "IdentityService/GrantRole": ROLE,
  "IdentityService/RevokeRole": ROLE,
  "IdentityService/SuspendAccount": ROLE,
  "IdentityService/LiftSuspension": ROLE,
  "IdentityService/CheckHandleAvailability":
    "registration may reveal a taken handle (log.md 5): it says that it is taken, to everybody alike, and not by whom",
  "IdentityService/RegisterAccount": "as CheckHandleAvailability; the answer is the new account",
  "IdentityService/ChangeHandle": "as CheckHandleAvailability; the answer is the own account",
  "ListService/CreateList": OWN_LIST,
  "ListService/UpdateList": OWN_LIST,
  "ListService/GetList": OWN_LIST,
  "ListService/ListLists": OWN_LIST,
  "InteractionService/ResolveInteractionRequest": OWN_POST,
  "InteractionService/DetachQuote": OWN_POST,
  "DraftService/CreateDraft": OWN_WORDS,
  "DraftService/UpdateDraft": OWN_WORDS,
  "DraftService/ReschedulePost": OWN_WORDS,
  "DraftService/CancelScheduledPost": OWN_WORDS,
};
