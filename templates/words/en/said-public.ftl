# Sentences that the code says in English: the public pages and words shared by all.

# Titles and the catalogue.
said-p-time-covered = Time covered
said-p-last-changed-at-the-source = Last changed at the source
said-p-identifier = Identifier
said-p-check-an-agreement = Check an agreement
said-p-give-the-agreements-number-such-as = Give the agreement’s number, such as DSA-2026-0017.
said-p-paste-the-agreements-text-or-the = Paste the agreement’s text, or the hash that stands on it.
said-p-sensor-data-of-the-city-of = Sensor data of the City of { $city }
said-p-where-each-stands-who-has-it = Where each stands, who has it, and what comes next.
said-p-what-you-may-read-your-keys = What you may read, your keys and what you have used.
said-p-review-desk = Review desk
said-p-applications-for-your-departments-datasets-and = Applications for your department’s datasets, and the agreements in force.
said-p-your-departments-datasets-fields-tiers-feeds = Your department’s datasets: fields, tiers, feeds and limits.
said-p-clerks-desk = Clerk’s desk
said-p-denials-with-both-dates-and-holds = Denials with both dates, and holds.
said-p-every-act-and-who-could-read = Every act, and who could read what, when, by which signed text.
said-p-staff-departments-terms-and-the-system = Staff, departments, terms and the system.
said-p-stop-a-leaked-key = Stop a leaked key
said-p-the-key-works-no-longer-its = The key works no longer. Its holder is told. Thank you.
said-p-this-key-had-stopped-working-before = This key had stopped working before.
said-p-public-register = Public register
said-p-under-which-terms-may-it-be = Under which terms may it be used?
said-p-the-department-answers-by-on-this = { $number }: the department answers by { $by }, on this page.
said-p-for-datasets-on-which-a-department = For datasets on which a department decides. They become part of each agreement.
said-p-for-datasets-that-need-a-key = For datasets that need a key but no decision.
said-p-the-standard-terms-with-an-annex = The standard terms with an annex, for data about people or protected places.
said-p-version = Version { $number }
said-p-privacy = Privacy
said-p-accessibility = Accessibility
said-p-how-this-works = How this works
said-p-rule-book = Rule book
said-p-thank-you = Thank you
said-p-api-for-developers = API for developers
said-p-demo-mailbox = Demo mailbox

# Tiers and fields.
said-p-open = Open
said-p-registered-key = Registered key
said-p-decided-by-the-department = Decided by the department
said-p-restricted = Restricted
said-p-not-shared-by-law = Not shared by law
said-p-the-department-has-not-decided-yet = The department has not decided yet how this dataset may be shared, so it cannot be applied for. Write to it and say what you need.
said-p-tier-0-anybody-may-read-it = Tier 0. Anybody may read it, without an account and without a key.
said-p-tier-1-you-need-an-account = Tier 1. You need an account and a key. You accept the terms and have the key at once: nobody has to decide.
said-p-tier-2-you-apply-and-say = Tier 2. You apply and say what you will do with the data. The department decides and may set conditions.
said-p-tier-3-the-data-says-something = Tier 3. The data says something about people or protected places. You name everybody who will use it, and two people of the city must agree.
said-p-tier-x-the-law-forbids-sharing = Tier X. The law forbids sharing this data under an agreement. It stands here so that you know it exists.
said-p-when-joined = When joined
said-p-sensitive = Sensitive
said-p-never-given-out = Never given out
said-p-now-and-then = Now and then
said-p-all-the-time = All the time
said-p-every-day = Every day
said-p-every-years = Every { $count } years
said-p-every-months = Every { $count } months
said-p-every-weeks = Every { $count } weeks
said-p-every-days = Every { $count } days
said-p-every-hours = Every { $count } hours
said-p-every-minutes = Every { $count } minutes
said-p-every-seconds = Every { $count } seconds

# Limits.
said-p-1-call-an-hour = 1 call an hour
said-p-calls-a-second = { $max } calls a second
said-p-calls-a-minute = { $max } calls a minute
said-p-calls-a-day = { $max } calls a day
said-p-calls-a-minute-at-most-at = { $max } calls a minute, at most { $burst } at once
said-p-calls-a-minute-2 = { $max } calls a minute, { $rest }
said-p-calls-a-day-2 = { $max } calls a day, { $rest }
said-p-at-once = { $burst } at once
said-p-at-once-2 = { $burst } at once, { $rest }

# Where things stand.
said-p-at-most = At most { $limits }

# The public register.
said-p-total = Total
said-p-too-few-to-say = Too few to say
said-p-decisions = Decisions
said-p-denials = Denials
said-p-datasets-refused-by-coded-reason-and = Datasets refused, by coded reason and department. A refusal for two reasons counts under both.
said-p-reason = Reason
said-p-nothing-was-refused = Nothing was refused.
said-p-misuse = Misuse
said-p-by-class-what-a-rule-notices = By class. What a rule notices is no finding that anybody did wrong.
said-p-class = Class
said-p-nothing-was-noticed = Nothing was noticed.
said-p-appeals = Appeals
said-p-what-was-appealed-to-the-city = What was appealed to the City Clerk, and how it ended.
said-p-appealed = Appealed
said-p-nothing-was-appealed = Nothing was appealed.
said-p-requests-for-records = Requests for records
said-p-public-records-asked-for-and-how = Public records asked for, and how that ended.
said-p-nothing-was-asked-for = Nothing was asked for.
said-p-an-individual = An individual
said-p-a-department-of-the-city = A department of the city
said-p-noticed-by-a-rule = Noticed by a rule
said-p-case-violation-found = Case: violation found
said-p-case-dismissed = Case: dismissed
said-p-case-open = Case: open
said-p-case-closed-without-a-finding = Case: closed without a finding
said-p-requests = Requests
said-p-conditions = Conditions
said-p-suspensions = Suspensions
said-p-revoked-keys = Revoked keys
said-p-ended-agreements = Ended agreements
said-p-affirmed = Affirmed
said-p-modified = Modified
said-p-in-force = { $number }: in force, { $holder }, { $titles }
said-p-its-term-is-over = { $number }: its term is over, { $holder }, { $titles }
said-p-ended-before-its-term = { $number }: ended before its term, { $holder }, { $titles }
said-p-replaced-by-a-newer-agreement = { $number }: replaced by a newer agreement, { $holder }, { $titles }

# The rule book, by class of misuse.
said-p-the-holder-is-told = The holder is told
said-p-the-holder-is-warned = The holder is warned
said-p-the-key-is-suspended = The key is suspended
said-p-on-trial-nothing-done = On trial: nothing done
said-p-holder-told = Holder told
said-p-holder-warned = Holder warned
said-p-key-suspended = Key suspended
said-p-stopped-before-holder-warned = Stopped before; holder warned
said-p-open-a-case = Open a case
said-p-limits = { $class } Limits
said-p-care-of-keys = { $class } Care of keys
said-p-terms = { $class } Terms
said-p-scope-and-purpose = { $class } Scope and purpose
said-p-passing-data-on = { $class } Passing data on
said-p-retention = { $class } Retention
said-p-ways-around-the-agreement = { $class } Ways around the agreement
said-p-reidentification = { $class } Re-identification
said-p-prohibited-use = { $class } Prohibited use
said-p-security-incident = { $class } Security incident
said-p-limits-2 = { $class }, Limits
said-p-terms-2 = { $class }, Terms
said-p-retention-2 = { $class }, Retention

# Reports of misuse.
said-p-report-misuse-of-data = Report misuse of data
said-p-data-is-used-against-its-terms = Data is used against its terms
said-p-passed-on-sold-used-to-follow = Passed on, sold, used to follow people, shown without its source, and the like.
said-p-personal-data-got-out = Personal data got out
said-p-something-published-or-passed-on-shows = Something published or passed on shows who a person is, where they live or where they were.
said-p-leave-the-field-homepage-empty-it = Leave the field “homepage” empty. It is there to tell programs from people.
said-p-choose-what-you-report = Choose what you report.
said-p-this-form-cannot-be-told-from = This form cannot be told from a program’s. Send it once more; nothing you wrote is lost.
said-p-that-was-very-fast-wait-a = That was very fast. Wait a few seconds and send it again.
said-p-the-form-lay-open-for-long = The form lay open for long. Read it once more and send it again.
said-p-there-is-no-dataset-of-this = There is no dataset of this short name.
said-p-choose-a-department-or-the-city = Choose a department, or the City Clerk.
said-p-a-complaint-about-the-use-of = A complaint about the use of data came in
said-p-urgent-a-report-that-personal-data = Urgent: a report that personal data got out came in
said-p-waiting-to-be-looked-at = waiting to be looked at
said-p-taken-up-in-a-case = taken up in a case
said-p-set-aside = set aside
said-p-you-reported-this-yourself-somebody-else = You reported this yourself. Somebody else must say whether it is set aside.
said-p-say-why-it-is-set-aside = Say why it is set aside.

# Days.
said-p-monday = Monday
said-p-tuesday = Tuesday
said-p-wednesday = Wednesday
said-p-thursday = Thursday
said-p-friday = Friday
said-p-saturday = Saturday
said-p-sunday = Sunday
said-p-observed-for = { $name } (observed for { $day })
said-p-new-years-day = New Year's Day
said-p-martin-luther-king-day = Martin Luther King Day
said-p-lincolns-birthday = Lincoln's Birthday
said-p-washingtons-birthday = Washington's Birthday
said-p-good-friday = Good Friday
said-p-memorial-day = Memorial Day
said-p-juneteenth-independence-day = Juneteenth Independence Day
said-p-independence-day = Independence Day
said-p-labor-day = Labor Day
said-p-columbus-day = Columbus Day
said-p-thanksgiving-day = Thanksgiving Day
said-p-christmas-day = Christmas Day

# Settings of a place and of a dataset, as refused.
said-p-choose-a-day-from-days-ago = Choose a day from { $days } days ago to three years ahead.
said-p-this-day-is-listed-as-already = This day is listed as { $word } already ({ $why }). Take it off the list first.
said-p-the-offices-are-closed-on-this = The offices are closed on this day already: { $why }.
said-p-the-offices-work-on-this-day = The offices work on this day already.
said-p-list-at-most-different-days-of = List at most { $most } different days of the week.
said-p-use-at-most-rules-and-listed = Use at most { $rules } rules and { $days } listed days.
said-p-the-rule-of-names-a-day = The rule of { $name } names a day that does not exist.
said-p-is-listed-both-as-closed-and = { $day } is listed both as closed and as open.
said-p-say-in-words-what-may-be = Say in words what may be done with the data.
said-p-answered-the-statement-stands-on-the = answered: the statement stands on the dataset's page
said-p-this-dataset-has-a-reuse-statement = This dataset has a reuse statement: it stands on its page.
said-p-reuse-request = reuse request
said-p-findings-of-violation = Findings of violation
said-p-refused-renewals = Refused renewals
