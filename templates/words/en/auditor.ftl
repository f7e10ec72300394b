# The pages of auditors.
auditor-act-on-subject = <code>{ $act }</code> on { $subject }
auditor-this-entry-was-changed = This entry was changed
auditor-when = When
auditor-who = Who
auditor-acting-as = Acting as
auditor-address = Address
auditor-request = Request
auditor-reason-given = Reason given
auditor-hash-of-the-entry = Hash of the entry before
auditor-hash-of-this-entry = Hash of this entry
auditor-matches-its-content = Matches its content
auditor-its-content-does-not = Its content does not match its hash.
auditor-check-the-chain = Check the chain
auditor-what-changed = What changed
auditor-neighbours = Neighbours
auditor-entry-before = Entry before
auditor-entry-after = Entry after
auditor-kind-of-thing = Kind of thing
auditor-which-one = Which one
auditor-app-2026-0042-dsa = APP-2026-0042, DSA-2026-0017, parking-occupancy, a mail address, or an id
auditor-a-story-is-everything = A story is everything that happened to one thing, from its first entry on.
auditor-find-a-story = Find a story
auditor-read-its-story = Read its story
auditor-every-call-of-the = Every call of the last { $days } days. Addresses are whole here; everybody else sees them cut.
auditor-count-ms = { $count } ms
auditor-only-of-this-kind = Only of this kind
auditor-number-short-name-or = Number, short name or id
auditor-outcome = Outcome
auditor-any = Any
auditor-request-id = Request id
auditor-from = From
auditor-to = To
auditor-calls-newest-first = Calls, newest first
auditor-key = Key
auditor-call = Call
auditor-sent = Sent
auditor-time = Time
auditor-no-call-fits = No call fits
auditor-show-the-newest = Show the newest
auditor-no-calls-yet = No calls yet
auditor-search-the-access-log = Search the access log
auditor-search = Search
auditor-none = None
auditor-download-these-calls-as = Download these calls as CSV
auditor-at-most-20-000 = (at most 20,000 rows)
auditor-choose-another-outcome-or = Choose another outcome or a longer range.
auditor-calls-appear-here-within = Calls appear here within a second or two.
auditor-entries = Entries
auditor-stories = Stories
auditor-use-of-the-gate = Use of the gate
auditor-access-log = Access log
auditor-part = Part
auditor-before = Before
auditor-after = After
auditor-pages-of-the-audit = Pages of the audit
auditor-nothing = Nothing
auditor-at-most-count-rows = (at most { $count } rows)
auditor-words = Words
auditor-in-act-subject-name = In act, subject, name or reason
auditor-act = Act
auditor-whole-or-its-beginning = Whole, or its beginning, such as “key.”
auditor-its-number-short-name = Its number, short name, mail address or id
auditor-entries-newest-first = Entries, newest first
auditor-no = No.
auditor-subject = Subject
auditor-reason = Reason
auditor-no-entry-fits = No entry fits
auditor-nothing-has-happened-yet = Nothing has happened yet
auditor-search-the-audit = Search the audit
auditor-download-these-entries-as = Download these entries as CSV
auditor-use-fewer-words-or = Use fewer words, or a longer range of days.
auditor-every-act-leaves-an = Every act leaves an entry here.
auditor-entry-number-on-subject = <a href="/audit/entries/{ $number }">Entry { $number }</a> on { $subject }
auditor-also-touched = Also touched
auditor-the-agreement-as-staff = The agreement as staff see it
auditor-calls-in-the-access = Calls in the access log
auditor-entries-as-csv = Entries as CSV
auditor-what-happened = What happened
auditor-only-the-newest-500 = Only the newest 500 entries are shown.
auditor-read-all-of-them = Read all of them in the search
auditor-no-entry-names-it = No entry names it yet.
auditor-what-was-written = What was written
auditor-nothing-else = Nothing else.
auditor-from-firstday-to-lastday = From <time datetime="{ $first }">{ $firstday }</time> to <time datetime="{ $last }">{ $lastday }</time>, days of the city.
auditor-one-row-for-each = One row for each
auditor-calls = Calls
auditor-refused-or-failed = Refused or failed
auditor-share = Share
auditor-let-through = Let through
auditor-mean-time = Mean time
auditor-no-calls-in-these = No calls in these days
auditor-choose-what-is-counted = Choose what is counted
auditor-show = Show
auditor-download-this-table-as = Download this table as CSV
auditor-choose-a-longer-range = Choose a longer range, or count all instead of one.
auditor-checked-when = Checked <time datetime="{ $at }">{ $when }</time>.
auditor-checked-when-keep-the = Checked <time datetime="{ $at }">{ $when }</time>. Keep the database as it is and tell the administrator.
auditor-the-same-check-without = The same check without a browser: <code>accord audit verify</code>.
auditor-the-chain-is-whole = The chain is whole
auditor-the-chain-is-broken = The chain is broken
auditor-head = Head
auditor-signature-of-the-head = Signature of the head
auditor-public-key-ed25519 = Public key (Ed25519)
auditor-a-head-kept-elsewhere = A head kept elsewhere
auditor-from-an-earlier-visit = From an earlier visit or a publication. The chain must still contain it.
auditor-every-entry-carries-a = Every entry carries a hash over the one before. A change, a gap or another order shows at the first bad entry.
auditor-check-every-entry = Check every entry

# Who could read (readers.html, request.html).
readers-title = Who could read
readers-lead = Which keys could read a dataset on a day of the past, under which signed text, who had approved it, and what stood in the way. The answer comes from entries of the chain, so it is that of then and not of now.
readers-ask = Ask who could read
readers-dataset = Dataset
readers-dataset-hint = Short name, such as parking-occupancy, or id
readers-day = Day
readers-to = Last day
readers-time = At this time
readers-time-hint = In the city, such as 14:30. Without it the whole day is told.
readers-show = Show
readers-at = At <time datetime="{ $at }">{ $when }</time>.
readers-between = From <time datetime="{ $from }">{ $first }</time> to <time datetime="{ $until }">{ $last }</time>.
readers-dataset-story = The dataset’s story
readers-open-title = Open to everybody
readers-open = In this time, or a part of it, no key was needed.
readers-cut = There are more agreements than are told here. Choose a shorter time.
readers-count = { $keys ->
    [one] One key could read
   *[other] { $keys } keys could read
}, { $agreements ->
    [one] one agreement was in force.
   *[other] { $agreements } agreements were in force.
}
readers-csv = Download this answer as CSV
readers-none-title = Nobody could read with a key
readers-none = No agreement on this dataset was in force at that time.
readers-yes = Could read
readers-no = Could not read
readers-holder = Holder
readers-text = Signed text
readers-read-text = The agreement with its text
readers-terms = Bound by
readers-signed = Terms { $terms }, signed by { $by }, <time datetime="{ $at }">{ $when }</time>
readers-approved = Approved
readers-how-terms = By accepting the terms, without a decision:
readers-how-first = As the first of two people:
readers-how-asked = As asked:
readers-how-conditions = With conditions:
readers-how-renewal = By confirming the renewal:
readers-entry = entry { $number }
readers-no-approval = No entry tells of an approval
readers-allows = Allows
readers-in-force = In force
readers-holds = Holds
readers-lifted = lifted by { $by }, <time datetime="{ $at }">{ $when }</time>
readers-keys-of = Keys of { $number }
readers-could = Could read
readers-could-not = Could not, because
readers-from-where = From networks
readers-anywhere = Any
readers-why-no-agreement = The agreement was not in force.
readers-why-no-key = The key was not there yet, or had ended.
readers-why-no-scope = The key did not open this dataset.
readers-why-not-served = The dataset was not served.
readers-why-held = Suspended.
readers-no-keys = It had no keys.
readers-key-story = The key’s story
readers-agreement-story = The agreement’s story
readers-call-no-agreement = The agreement of this key was not in force for this dataset at that moment.
readers-clause = The clause that allowed it
readers-clause-refused = The clause it was held against
readers-call-others = Who else could read this dataset then
readers-no-call-title = No call of this id
readers-no-call = The access log keeps { $days } days. Requests to the pages leave entries and no lines.
readers-request-entries = Entries that this request left

# The usage explorer (usage.html).
explorer-order = In order of
explorer-narrow = Only some of the calls
explorer-id = Its id
explorer-number = Its number, such as DSA-2026-0017, or id
explorer-mail = Their mail address or id
explorer-name = Its name or id
explorer-short = Its short name or id
explorer-agreement = Agreement
explorer-holder = Holder
explorer-organisation = Organisation
explorer-department = Department
explorer-operation = Operation
explorer-from-hour = From the hour
explorer-to-hour = To the end of the hour
explorer-whole-days = Whole days
explorer-without = Leave out this filter
explorer-more = Story
explorer-others = { $count ->
    [one] One more
   *[other] { $count } more
}
explorer-curve-hour = Calls by hour, at most { $most }; refused or failed in the other colour
explorer-curve-day = Calls by day, at most { $most }; refused or failed in the other colour
explorer-curve-month = Calls by month, at most { $most }; refused or failed in the other colour
explorer-bar = { $at }: { $calls } calls, { $refused } refused or failed

# Evidence bundles (find.html, story.html, readers.html).
bundle-title = Evidence to hand on
bundle-lead = The story of an application, an agreement or a key, and each answer to who could read, can be taken as a ZIP: signed texts, letters, the evidence of signatures, holds, use and entries of the chain, with the hash of every file and the signed head. Taking one leaves an entry.
bundle-take = Take the evidence as a ZIP
bundle-of-case = Misuse case
bundle-case-hint = Its number, such as CASE-2026-0001

# Whole tables (exports.html).
exports-title = Whole tables
exports-lead = A table of any length. A short one can be taken at once; a long one is better made in the background. Either leaves an entry. Access logs show whole addresses here.
exports-what = What
exports-format = Format
exports-days = Days of the city; without them everything. Agreements and keys are those of now.
exports-take = Take it now
exports-make = Have it made
exports-which = What is made in the background goes on when you leave this page. Its file is kept for { $days ->
    [one] one day
   *[other] { $days } days
}, for you alone.
exports-refreshes = This page looks again every five seconds while an export is being made.
exports-still = Stop that, and ask for another
exports-mine = Your exports
exports-asked = Asked for
exports-state = State
exports-file = File
exports-since = from { $day }
exports-until = to { $day }
exports-download = Download
exports-made = { $rows ->
    [one] one row
   *[other] { $rows } rows
}
exports-kept-until = Kept until
exports-was-kept-until = Was kept until
exports-none = No exports yet
exports-none-yet = What you have made stands here, with how far it is.
exports-terminal = In a terminal: <code>accord export entries --format ndjson --out FILE</code>, which shows how far it is.
exports-hash = SHA-256
unusual-title = Unusual use
unusual-lead = What no rule of the rule book acts on, but somebody may want to look at. Each key is compared with its own past; nobody is accused of anything by standing here.
unusual-narrow = Choose days and a department
unusual-when = When
unusual-department = Data of the department
unusual-all-departments = All departments
unusual-show = Show
unusual-signals = Signals that wait for somebody
unusual-no-signals = No signal of the rule book waits.
unusual-all-signals = All signals
unusual-what = What is unusual
unusual-kind = Kind
unusual-of = Key and agreement
unusual-further = Look further
unusual-explore = Calls in the explorer
unusual-case = Open a case
unusual-days = Days out of the ordinary, { $from } to { $to }
unusual-days-caption = Days out of the ordinary
unusual-no-days = No day out of the ordinary
unusual-no-days-more = Every key did what it usually does. Choose a longer span to look further back.
unusual-left = { $count ->
    [one] One more is not shown. Choose fewer days or one department.
   *[other] { $count } more are not shown. Choose fewer days or one department.
}
unusual-resting = Keys and agreements that rest
unusual-no-resting = Every key is used, and every agreement has calls.
unusual-how = How this is found
unusual-how-days = A day is out of the ordinary with more than five times the calls of usual days and at least 500, with half of at least 100 calls refused or failed, or with at least 50 calls some of which lie in hours in which the key did not call in the four weeks before. Usual is the median of the days with calls in the four weeks before; with fewer than seven such days nothing is usual yet.
unusual-how-resting = A key rests when nobody used it in the 30 days after it was made. An agreement rests when there was no call under it for 60 days.
auditor-on-access-log = the access log, { $name }
auditor-on-account = account { $name }
auditor-on-agreement = agreement { $name }
auditor-on-appeal = appeal { $name }
auditor-on-application = application { $name }
auditor-on-backup = backup { $name }
auditor-on-bundle = evidence bundle { $name }
auditor-on-calendar = calendar { $name }
auditor-on-case = case { $name }
auditor-on-complaint = complaint { $name }
auditor-on-dataset = dataset { $name }
auditor-on-department = department { $name }
auditor-on-destruction = certificate of destruction { $name }
auditor-on-export = export { $name }
auditor-on-hold = hold { $name }
auditor-on-import = import { $name }
auditor-on-key = key { $name }
auditor-on-letter = letter { $name }
auditor-on-login = sign-in { $name }
auditor-on-message = message { $name }
auditor-on-organisation = organisation { $name }
auditor-on-pause = pause { $name }
auditor-on-records-request = records request { $name }
auditor-on-renewal = renewal { $name }
auditor-on-replay = replay of a rule { $name }
auditor-on-reuse-request = request for a reuse statement { $name }
auditor-on-service = service credential { $name }
auditor-on-signal = signal { $name }
auditor-on-terms = terms { $name }
auditor-on-token-key = token-signing key { $name }
auditor-on-thing = { $name }
