# The public pages: the start, the catalogue, help, terms, rules and the register.

# public/accessibility.html
accessibility-lead = Everybody should be able to use these pages, whatever they see with, type with or read.
accessibility-aim = What we aim for
accessibility-level = Level AA of the Web Content Accessibility Guidelines 2.2. In particular:
accessibility-keyboard = Everything works with the keyboard alone, and the focus is always visible.
accessibility-heading = Every page has one main heading, landmarks, and a link that skips to the content.
accessibility-errors = Errors are listed on top of a form, lead to their fields, and say what to do. What you typed is kept.
accessibility-colour = Nothing is told by colour alone. Text can be enlarged to 200 % and pages fit a phone.
accessibility-scripts = Nothing needs scripts, moves by itself, or runs out while you type without saying so.
accessibility-missing = What is not there yet
accessibility-languages = Pages, mails and letters are in English and Spanish. What is on record, such as an agreement as it was signed and the audit, is in English. Haitian Creole is begun; what it lacks is read in English. You may write to us in any of them.
accessibility-catalogue = Catalogue texts come from many sources. Some use abbreviations that are not explained.
accessibility-untested = No outside body has tested these pages yet.
accessibility-trouble = Something does not work for you?
accessibility-write = Write to <a href="mailto:{ $email }">{ $email }</a>. Say which page, what you tried and what you use. You may also ask for paper instead of any form or agreement.

# public/calendar.html
calendar-lead = Deadlines in business days skip weekends and these days. Each date that we give you says which days it skipped and why.
calendar-closed = The offices of { $city } are closed in { $year }
calendar-opened = Open although a rule closes them
calendar-day = Day
calendar-why = Why
calendar-version = Calendar version { $version }. When it changes, every open deadline is counted again and both sides are told. Time that was given to you is never made shorter.

# public/check_agreement.html
check-lead = Somebody shows you an agreement with the city? Check whether the city signed exactly this text. Nothing else about anybody is told.
check-live = Genuine, and in force
check-live-text = The city executed exactly this text under the number { $number }, and it is in force now.
check-ended = Genuine, but not in force
check-ended-text = The city executed exactly this text under the number { $number }. The agreement has ended.
check-unknown = Not signed by the city
check-unknown-text = There is no executed agreement { $number } with this text. A single changed letter is enough: copy the whole text from the file of the agreement, or use the hash.
check-number = Number of the agreement
check-number-hint = Such as DSA-2026-0017.
check-copy = Its whole text, or its hash
check-copy-hint = The hash is 64 digits and letters; it stands at the end of the agreement. The text is the one of the text file, not of the page.
check-submit = Check
check-alone = Check it without us
check-alone-text = Each executed agreement carries an Ed25519 signature over the line “accord agreement NUMBER HASH TIME”. This is our public key; compare it with the one in your copy:

# public/dataset.html
dataset-live = Live
dataset-field = Field
dataset-type = Type
dataset-meaning = Meaning
dataset-sensitivity = Sensitivity
dataset-none = None
dataset-fields = Fields
dataset-fields-hint = Say in your application why you need a sensitive field. “When joined” means that it could point to a person together with other data.
dataset-asked = What may be asked
dataset-scopes = Scopes
dataset-scope = Scope
dataset-methods = Methods
dataset-paths = Paths at the gate
dataset-elsewhere = Where it also is
dataset-about = About this dataset
dataset-department = Department
dataset-questions = Questions to
dataset-reuse = Reuse
dataset-reuse-asked = No reuse statement yet. Asked for on { $asked }; the department answers by { $due }. <a href="/datasets/{ $slug }/reuse">Ask too</a>.
dataset-reuse-none = No reuse statement yet. <a href="/datasets/{ $slug }/reuse">Ask the department for one</a>.
dataset-reuse-answered = Asked for on { $first_asked_on }, answered on { $answered_on }.
dataset-source = Page of the source
dataset-changed = Last changed here
dataset-how = How to get it
dataset-apply = Apply for this dataset
dataset-terms = Read the terms first
dataset-eligible = What to expect before you ask
dataset-not-live = No live feed stands behind it yet. You may apply already; the department tells you when it flows.
dataset-write = Write to { $department }
dataset-not-through = It does not flow through the gate yet. Look below for where else it is.
dataset-records = You may still ask for public records
dataset-records-ask = Ask for records
dataset-try = Try it
dataset-with-key = With a key
dataset-limits = Limits
dataset-limits-address = Counted for each address.
dataset-limits-keys = Unless an agreement says otherwise. All keys of one agreement share them.
dataset-misuse = Report misuse of this data

# public/datasets.html
datasets-words = Words
datasets-department = Department
datasets-shared = How it is shared
datasets-keyword = Keyword
datasets-any = Any
datasets-search = Search
datasets-total = <strong>{ $total }</strong> { $total ->
    [one] dataset
   *[other] datasets
  }
datasets-found = <strong>{ $total }</strong> { $total ->
    [one] dataset
   *[other] datasets
  } found. <a href="/datasets">Show all</a>
datasets-live = Live
datasets-nothing = Nothing fits all of this
datasets-show-all = Show all datasets
datasets-nothing-text = Try fewer or other words, or another department. If the city should have this data and it is not here, <a href="/help#contacts">write to a department</a>.
datasets-machines = The whole catalogue for machines: <a href="/data.json">data.json</a> (DCAT-US 1.1).

# public/home.html
home-lead = Traffic, parking, air, noise, weather: what the city’s sensors measure, for people who build something with it. Some of it is open to all. The rest is shared under an agreement that says who may read what, and the gate keeps to it on every call.
home-catalogue = Look through the catalogue
home-start = Start an application
home-register = Create an account
home-work = Your work
home-waiting = { $count ->
    [one] One waits for you
   *[other] { $count } wait for you
  }
home-how = How it works
home-find = 1. Find data
home-find-text = Search the <a href="/datasets">catalogue</a>: { $datasets } datasets of { $departments } departments. Each page says what the fields mean, how fresh the data is, and how you get it. Open data needs no account.
home-ask = 2. Ask and agree
home-ask-text = Say what you build and which data it needs. Read the <a href="/terms">terms</a>, check everything on one page, and sign. The department decides; you see where it stands and can answer questions all the way.
home-call = 3. Call with a key
home-call-text = Make keys for the datasets of your agreement and call the gate. You see your limits and what you have used. If something stops a key, you are told why and what to do.
home-departments = By department
home-also = Also here
home-help = How applying, keys and limits work
home-eligible = What to expect before you ask: no account needed
home-public-register = <a href="/public-register">The public register</a>: whom the city lets read its data, and how it decides
home-check = Check whether a copy of an agreement is genuine
home-kill = <a href="/keys/kill">Stop a key that leaked</a>, yours or somebody else’s
home-machines = <a href="/data.json">The catalogue for machines</a> (DCAT-US 1.1) and the <a href="/api/docs">API</a>
home-mailbox = <a href="/demo/mailbox">The demo mailbox</a>, with every mail of this demonstration

# public/kill.html
kill-lead = You found a key of this service in a public place, or you lost your own? Paste it here. It stops at once, for everybody. You need no account.
kill-key = The whole key
kill-key-hint = It is not shown again and not kept. A stopped key cannot be started again; its holder makes a new one.
kill-submit = Stop this key
kill-part = Only a part of it?
kill-part-text = Its holder can revoke it on the page of the key. If it is not yours, write to the department whose data it opens: <a href="/help#contacts">addresses</a>.

# public/help.html
help-lead = From looking for data to calling it, and what to do when something goes wrong.
help-on-page = On this page
help-tiers = How data is shared
help-apply = Applying
help-keys = Keys and calls
help-trouble = When a call is refused
help-decisions = If you disagree
help-words = Words
help-contacts = Contacts
help-tier-0 = Tier 0, open
help-tier-0-text = No account, no key.
help-tier-1 = Tier 1, registered key
help-tier-1-text = An account, the terms accepted, a key at once.
help-tier-2 = Tier 2, conditioned
help-tier-2-text = The department decides and may set conditions.
help-tier-3 = Tier 3, restricted
help-tier-3-text = People are named, and two people of the city must agree.
help-tier-x = Tier X, prohibited
help-tier-x-text = The law forbids sharing it.
help-choose = Choose datasets in the <a href="/datasets">catalogue</a> and start an application. It is saved at each step; you can go on another day.
help-say = Say what you build, for whom, and why you need each sensitive field. Write for somebody who does not know your project.
help-sign = Check everything on one page, read the agreement’s text and sign. Your signature covers exactly this text.
help-decide = Each department decides about its own datasets and aims to do so within { $decision_days } business days. It may ask questions; answer them on the page of the application.
help-offer = Approved as asked, the agreement is in force. With conditions, you get an offer to sign, to answer with other conditions, or to decline within { $offer_days } days.
help-term = An agreement runs for { $term_months } months unless it says otherwise. If the terms change in substance you are told { $terms_notice_days } days before.
help-purposes = What people use it for
help-prohibited = What no agreement allows
help-prefill = Links with answers filled in
help-prefill-text = A link to the form can bring datasets and answers along. They are shown as suggestions, also after signing in or registering; the applicant looks at each and begins the draft. Nothing is sent by a link, and what does not fit is told.
help-prefill-example = Such a link
help-prefill-names = Names in such a link
help-prefill-name = Name
help-prefill-question = What it answers
help-prefill-dataset = The dataset, as it is named in its address; may stand several times
help-prefill-copy = The id of an earlier application of your own to begin from
help-key = A key belongs to one agreement and is shown once, when you make it. Send it in a header, never in an address:
help-call = A call
help-token-text = A program that should not carry the key exchanges it for a token, which opens one dataset for a few minutes and is sent like a key:
help-token = A token
help-share = Limits belong to the agreement: several keys share them. Each answer says in <code>RateLimit</code> how much is left.
help-roll = Roll a key to replace it: the old one works beside the new for up to { $overlap_days } days.
help-programs = Everything you do on these pages a program can do too: see the <a href="/developers/api">API for developers</a>.
help-leaked = A key leaked? Revoke it on its page, or <a href="/keys/kill">stop it by its text</a> without signing in.
help-reason = The answer names the reason in <code>code</code>. If you show the whole key it also says what to do.
help-reasons = Reasons for a refused call
help-code = Code
help-means = What it means
help-do = What to do
help-missing = No key was sent.
help-missing-do = Send it in the header Authorization or X-Api-Key.
help-malformed = This is no key or token: a character is wrong or missing.
help-malformed-do = Copy it again, whole.
help-unknown = There is no such key.
help-unknown-do = Make a new one on the page of your agreement.
help-expired = The key or the token has ended.
help-expired-do = Get a new token, or make a new key.
help-suspended = The key, the agreement or the holder is on hold.
help-suspended-do = The page of the key says why and how to answer.
help-ended = The agreement is over.
help-ended-do = Apply again from the old answers.
help-network = The call came from another network than agreed.
help-network-do = Call from there, or change the networks of the key.
help-denied = The key does not open this path or method.
help-denied-do = Look at the scopes of the key and of the dataset.
help-window = The agreement allows calls only at certain hours.
help-window-do = Come back within them.
help-many = Too many calls.
help-many-do = Wait as long as Retry-After says.
help-feed = The feed does not answer.
help-feed-do = Try again later; write to the department if it lasts.
help-letters = Every letter that says no, or yes with conditions, gives its reasons and two ways to have it looked at again. Both clocks run from the same day:
help-ask = <a href="/records/new">Ask for records here</a>; you need no account.
help-clerk = { $clerk }: within { $clerk_days } days.
help-state = { $state_body }: within { $state_days } days, where public records are concerned.
help-scope = Scope
help-scope-text = One dataset and what may be asked of it, such as <code>parking-occupancy:read</code>.
help-item = Item
help-item-text = One dataset of an application; its own department decides it.
help-condition = Condition
help-condition-text = Something the agreement adds: a lower limit, an end, a network, hours, fields left out, a promise.
help-schedule = Schedule
help-schedule-text = The page of an agreement for one dataset.
help-hold = Hold
help-hold-text = A reason why keys rest. A key works only while no hold lies on it, its agreement or its holder.
help-gate = Gate
help-gate-text = The address that programs call. It checks each call against the agreement.
help-service = About this service: <a href="mailto:{ $email }">{ $email }</a>
help-weakness = A weakness in this service?
help-weakness-text = Write to <a href="mailto:{ $email }">{ $email }</a> before you tell others. Say what you did and what you saw. Use only your own accounts and keys, read no more than you need to show it, and stop there: then the city thanks you and takes no steps against you.

# public/privacy.html
privacy-lead = What this service keeps about you, why, and for how long.
privacy-look = When you only look
privacy-look-text = The program’s log keeps the address your browser came from and the page you opened, to keep the service running and safe. There is no tracking, no advertising and nothing from other sites. Three cookies may be set: one protects the forms you send, one carries a message to the next page, and one remembers for a year which language you chose. None of them says who you are.
privacy-account = When you have an account
privacy-name = Your name and mail address, and your password as a hash that cannot be turned back.
privacy-typed = What you type into a long form is kept in that tab of your browser, so that a lost session does not lose it. It is gone when you send the form, sign out or close the tab. Passwords are never kept.
privacy-session = A cookie for your session. It ends when you sign out, after { $idle_minutes } minutes of rest, or after { $session_hours } hours.
privacy-where = Where and with which program you signed in, while the session lasts. You see and end your sessions on the page of <a href="/account">your account</a>.
privacy-apply = When you apply and sign
privacy-answers = Your answers, messages and the decisions about them.
privacy-signature = With each signature: the text and its hash, your typed name and title, time, address and program. The law asks for this evidence.
privacy-audit = Who did what and when, in an audit that nobody can change.
privacy-call = When you call with a key
privacy-counts = Counts of your calls, by key, dataset and outcome.
privacy-calls = Single calls with time, path, size and address for { $log_days } days. Only auditors see whole addresses.
privacy-keys = Keys themselves are kept only as fingerprints.
privacy-records = When you ask for records
privacy-asked = What you ask for, the way to answer that you gave, and your name if you gave one. Nobody asks why.
privacy-link = A private link opens the request. It is made for you and kept nowhere.
privacy-rate = How many requests came from your address within an hour, where you are not signed in.
privacy-public = Public records
privacy-ask = What you can ask
privacy-ask-text = Write to <a href="mailto:{ $email }">{ $email }</a> to see what is kept about you, to correct it, or to close your account. What belongs to a signed agreement or to the audit must stay.

# public/register.html
public-register-lead = Whom the city lets read its sensor data, under which agreements, and how it decides.
public-register-about = People who apply for themselves are not named: it says “An individual”. Counts look back to { $since }. A count from 1 to { $most } could point at somebody, so it says “few”; where a total would give it away, one more count or the total itself says “few” too. The register is at most a minute old.
public-register-files-label = The register as files
public-register-files = As files
public-register-json = Everything as JSON
public-register-csv = For spreadsheets (CSV): <a href="/public-register/agreements.csv">agreements</a>, <a href="/public-register/denials.csv">denials</a>, <a href="/public-register/misuse.csv">misuse</a>, <a href="/public-register/appeals.csv">appeals</a>, <a href="/public-register/records.csv">requests for records</a>, <a href="/public-register/waits.csv">time to decide</a>
public-register-atom = New and ended agreements as a feed (Atom)
public-register-in-force = Agreements in force
public-register-by-dataset = Agreements in force, by dataset
public-register-dataset = Dataset
public-register-department = Department
public-register-holder = Held by
public-register-purpose = Purpose
public-register-since = Since
public-register-until = Until
public-register-line = { $agreement }, tier { $tier }
public-register-search = Search the agreements in force
public-register-words = Words
public-register-words-hint = Of a dataset, department, holder, purpose or agreement number
public-register-search-do = Search
public-register-not-found = No agreement in force has all these words.
public-register-all = Show all agreements in force
public-register-empty = No agreement is in force.
public-register-few = few
public-register-total = Total of all: { $total }.
public-register-waits = How long departments take
public-register-waits-text = From the day an application is submitted to the day of the decision on a dataset; half of the decisions were faster, half slower. Calendar days.
public-register-waits-days = Days from submission to decision
public-register-decisions = Decisions
public-register-median = Median
public-register-waits-none = Nothing was decided yet.
public-register-changes = Newest changes
public-register-changes-none = Nothing yet.

# public/rules.html
rules-lead = What the service looks for in the use of keys, from which figure on, and what it does first.
rules-about = A rule notices; it never finds that somebody did wrong. It may tell, warn, slow down or suspend a key, and nothing else: only a person finds a violation, revokes or refers. Only calls that showed a whole, known key count, and no failure of the service itself. Whoever is suspended is told the figures, is heard by the department or the clerk, and may <a href="/help#decisions">appeal</a>.
rules-report = You saw data of the city used against its terms? <a href="/report-misuse">Report it</a>; you need not say who you are. What becomes of a report or a signal is a case: notice, answer, decision by somebody who did not report it, and appeal.
rules-live = Rules in force
rules-none = No rule is in force.
rules-trial = Rules on trial
rules-trial-text = These note what they would have found, for staff to judge whether the figures are right. They do nothing to anybody.
rules-version = Version { $version } of the city’s settings. Programs read the same at <a href="/api/v1/rules">/api/v1/rules</a>.

# public/rules_parts.html
rules-figure = From which figure on
rules-first = What happens first
rules-silent = Then silent for
rules-class = Class
rules-name = Name

# public/terms.html
terms-lead = What everybody agrees to who reads the city’s data with a key. Every version stays here, with its date and its hash.
terms-present = <a href="{ $href }">{ $title }</a>, version { $number }, binds since { $effective }.
terms-none = No version binds yet.
terms-announced = Announced
terms-coming = <a href="{ $href }">Version { $number }</a> will bind from { $effective }.

# public/terms_version.html
version-binds = Binds from { $day }.
version-effective = Took effect on { $day }.
version-brackets = Words in brackets are filled in by each agreement.
version-clauses = Clauses
version-versions = Versions
version-number = Version { $number }
version-text = This text
version-published = Published { $at }.
version-material = Holders of running agreements had to accept it anew.
version-hash = SHA-256 of the <a href="{ $text_href }">exact text</a>:

# How long decisions take.
home-median = { $days ->
    [0] Half of the applications are decided on the day they are sent.
    [one] Half of the applications are decided within one day.
   *[other] Half of the applications are decided within { $days } days.
  }

# public/eligibility.html
eligible-lead = Choose a dataset and say what you plan. You see at once how it would go. Nothing is kept, and no account is needed.
eligible-unknown = There is no dataset “{ $slug }” in the catalogue.
eligible-found = What to expect
eligible-no-key = Open data: no key and no account are needed. Read it at once; only limits for each address apply.
eligible-click-through = A key at once: you accept the terms by signing, and nobody has to decide.
eligible-decision = { $approvals ->
    [one] A manager of the department decides, and may add conditions.
   *[other] { $approvals } different people must approve, and they may add conditions.
  }
eligible-prohibited = The law forbids a key for this data: an application would be denied.
eligible-undecided = The department has not said yet how this dataset may be shared.
eligible-records = You may still <a href="{ $href }">ask for existing records</a>, without giving a reason.
eligible-hurdles = What stands in the way
eligible-mind = To have in mind
eligible-asked = What you will be asked
eligible-terms = Read the terms before you begin
eligible-apply = Begin the application with these answers
eligible-apply-hint = You sign in or register first. Your answers come along as suggestions; nothing is sent before you sign.
eligible-denied = What usually gets denied: uses that no agreement may allow
eligible-questions = Your plan
eligible-dataset = Which data?
eligible-who = Who are you?
eligible-any = I do not say
eligible-purpose = What for?
eligible-sharing = Who else will get the data?
eligible-measures = Can you keep the security measures?
eligible-measures-hint = Encryption, access for few, keys in a safe place, deletion in time.
eligible-names = Can you name each person who will use it?
eligible-names-hint = Asked for restricted data only.
eligible-uses = Do you plan any of these?
eligible-uses-hint = Leave all empty if you do not.
eligible-submit = Show what to expect

dataset-sample = A sample to look at
datasets-frequency = Renewed
datasets-format = Format
datasets-has = Only
sample-live = { $count ->
    [one] One record
   *[other] { $count } records
    } as the feed sent them on { $at }.
sample-redacted = { $count ->
    [one] One record
   *[other] { $count } records
    } of { $at }, as the redaction profile <code>{ $profile }</code> lets them through.
sample-made-up = { $count ->
    [one] One record
   *[other] { $count } records
    }, made up by the department on { $at }. They show the shape of the data and say nothing about anybody.
sample-records = Records of the sample
sample-part = Shown here: { $records } of { $count } records, { $fields } of { $columns } fields. The file has all of them.
sample-download = Download the whole sample as JSON ({ $count ->
    [one] one record
   *[other] { $count } records
    })
sample-hash = SHA-256 of the file: <code>{ $hash }</code>
map-miles = { $count ->
    [one] One point
   *[other] { $count } points
    } within { $across } by { $along } miles, east to west and north to south
map-feet = { $count ->
    [one] One point
   *[other] { $count } points
    } within { $across } by { $along } feet, east to west and north to south
map-spot = { $count ->
    [one] One point
   *[other] { $count } points
    } at one spot
map-scale-miles = { $number } mi
map-scale-feet = { $number } ft
map-north = N
map-table = Positions as a table
map-name = Name
map-latitude = Latitude
map-longitude = Longitude
map-unnamed = No name
changes-announced = Announced as { $number } on { $at }.
changes-concerned = Who is concerned
changes-agreement = Agreement
changes-holder = Holder
changes-calls = Calls
changes-last = Last call
changes-ended = Ended
changes-never = None

version-changes = What it changes against the version before
changes-put = put in:
changes-taken = taken out:
changes-end = end of change
changes-lead = Version { $number } against version { $since }: { $count ->
    [0] no clause reads differently.
    [one] one clause reads differently.
   *[other] { $count } clauses read differently.
}
changes-first = This is the first version: there is nothing to compare it with.
changes-binds = It takes effect on { $day }.
changes-material = Holders of running agreements accept it anew.
changes-compare = Compare with:
changes-whole = Read the whole text
terms-in-english = The text that binds is written in English. If you need help with reading it, write to the department.
