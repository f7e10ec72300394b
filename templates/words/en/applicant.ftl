# Applications: the list, the form, the page of one, the offer and its letters.

my-list-lead = An application asks one or more departments for data. Each department decides on its own datasets.
my-list-ask = Ask for data
my-list-appeals = My appeals
my-list-letters = Letters
my-list-records = My records requests
my-list-none = No applications yet
my-list-none-more = Choose the datasets you need and say what for. Everything is kept as you go, and nobody sees a draft.
my-list-catalogue = Look through the catalogue first
my-list-waiting = Waiting for you
my-list-waiting-caption = Applications waiting for you
my-list-others = Everything else
my-list-yours = Your applications
my-list-others-caption = Other applications

my-new-lead = Choose the datasets you need. You can add or leave out some until you sign.
my-new-wrong = Some of what the link said cannot be taken
my-new-suggested = Suggested by the link you followed
my-new-suggested-more = Look at each answer. Change it or empty it; nothing is sent by beginning a draft.
my-new-copy = Begin from an earlier application
my-new-copy-hint = Its answers and datasets are copied. Files, declarations and the signature are not.
my-new-copy-none = No: begin with an empty form
my-new-links = You can link to this page with answers filled in: <a href="/help#prefill">how such links are written</a>.
my-new-which = Which datasets do you need?
my-new-which-hint = Open data needs no application and is not listed here.
my-new-begin = Begin a draft
my-new-cancel = Cancel
my-new-none = Nothing needs an application now
my-new-catalogue = Look through the catalogue
my-new-none-more = No published dataset asks for an agreement. Open data can be called without a key.

my-step-last = Save and check everything
my-step-next = Save and continue
my-step-example = For example: { $example }
my-step-later = Save for later

my-datasets-fixed = After sending, datasets cannot be added or left out; scopes and reasons still can change. To ask for others, begin another application.
my-datasets-limits = Usual limits:
my-datasets-need = What do you need?
my-datasets-sensitive = This field is sensitive: without a good reason it is left out.
my-datasets-leave-out = Leave this dataset out
my-datasets-none = No datasets yet
my-datasets-none-more = Add at least one below.
my-datasets-add = Add a dataset
my-datasets-one = Dataset
my-datasets-choose = Choose a dataset
my-datasets-save-add = Save and add it

my-review-gaps = { $count } to do before you can sign
my-review-lead = Read everything once more. You can change any answer; after that, sign at the end of this page.
my-review-what = 1. What you ask for
my-review-department = Department
my-review-access = Access
my-review-scopes = Scopes
my-review-change = Change
my-review-why = Why the field { $field }
my-review-none = No datasets yet.
my-review-choose = Choose datasets
my-review-answers = 2. Your answers
my-review-agreement = 3. The agreement
my-review-exact = This is the exact text. If the departments grant everything as asked, it comes into force with the signature you give here. If a department adds a condition, you get the changed text to sign first.
my-review-sign = 4. Sign
my-review-cannot = You can sign when nothing is missing any more.
my-review-back = Back to what is missing
my-review-again = You change and sign an application that was sent before; the reviewers see what changed.

my-application-who = Who has it
my-application-next = What comes next
my-application-offer = Read and answer the offer
my-application-review = Check and sign
my-application-write = Go on writing
my-application-agreement = Open the agreement
my-application-records = Ask for the records instead
my-application-letter = Read the decision letter
my-application-reopened = You reopened this application. <a href="{ $href }">Go on in the new one</a>.
my-application-amends = This asks to change <a href="{ $href }">an agreement in force</a>. That one stays in force until the new one is signed.
my-application-question = The question
my-application-answer = Your answer
my-application-answer-hint = The reviewer gets it at once and the review goes on.
my-application-answer-send = Send the answer
my-application-answer-else = If the answer changes what you ask for or how you handle it, change the steps and sign again instead.
my-application-datasets = Datasets
my-application-department = Department
my-application-access = Access
my-application-scopes = Scopes
my-application-none-chosen = None chosen yet
my-application-decision = Decision
my-application-words = In their words
my-application-conditions = Conditions
my-application-appeal-conditions = Appeal these conditions
my-application-none = No datasets chosen yet
my-application-choose = Choose datasets
my-application-none-more = An application asks for at least one.
my-application-story = What happened
my-application-ahead = Still to come
my-application-sent = Everything you sent
my-application-message = Write to a department
my-application-message-to = To { $department }.
my-application-message-text = Message
my-application-message-send = Send the message
my-application-take-back = Take it back
my-application-discard = Discard this draft
my-application-reason = Reason
my-application-reason-hint = The departments read it.
my-application-withdraw = Withdraw the application
my-application-discard-do = Discard the draft
my-application-change = Ask for a change
my-application-again = Ask again
my-application-change-more = A new draft begins with your present answers. Your agreement stays in force until the new one is signed.
my-application-again-more = A new draft begins with the same answers, so that you can change what was in the way.
my-application-reopen = Reopen this application
my-application-copy = Use it as a template
my-application-copy-more = A new application begins with these answers and datasets. This one stays as it is.
my-application-copy-do = Begin a new one from it
my-application-earlier = <a href="{ $href }">The earlier application</a> that this one continues.

my-offer-lead = The city grants what stands here. Nothing is in force until you sign. The offer lapses on <time datetime="{ $at }">{ $day }</time>.
my-offer-each = Answer each condition. If you accept them all, you sign next. If you propose other words for one, this offer is closed and the department decides again.
my-offer-beside = What you asked beside what is offered: { $dataset }
my-offer-matter = Matter
my-offer-asked = You asked
my-offer-offered = Offered
my-offer-differs = differs
my-offer-condition = Condition { $number } of { $count }
my-offer-effect = What the gate does
my-offer-when = When it must be met
my-offer-means = What it means for you
my-offer-basis = On what it rests
my-offer-answer = Your answer
my-offer-answer-send = Send my answers
my-offer-choices = Your choices
my-offer-sign-it = Sign the agreement
my-offer-propose = Answer each condition
my-offer-decline-it = Decline
my-offer-granted = 1. What is granted
my-offer-instead = Your proposal
my-offer-instead-hint = Only where you propose something else: the words that you would accept.
my-offer-denied = Something was denied: <a href="{ $href }">the decision letter</a> states why and how to appeal. Signing does not take that right away.
my-offer-agreement = 2. The agreement
my-offer-exact = This is the exact text that you sign.
my-offer-sign = 3. Sign
my-offer-decline = Or decline
my-offer-reason-hint = The departments read it. You can reopen the application later.
my-offer-decline-do = Decline the offer

my-ask-records-due = Filed today, an answer is due by <strong><time datetime="{ $due_at }">{ $due }</time></strong>. Silence after that is a denial by law, and you may appeal to the { $state } until <time datetime="{ $appeal_at }">{ $appeal }</time>.
my-ask-records-which = Which datasets?
my-ask-records-which-hint = Each department that has some of them gets one request.
my-ask-records-text = What else to say
my-ask-records-text-hint = For example the months or streets you need.
my-ask-records-end = End this application with it
my-ask-records-end-hint = Unless you tick this, the application goes on beside the request.
my-ask-records-send = Ask for the records
my-ask-records-not-now = Not now

my-letters-lead = Every letter is kept exactly as it was sent. Its hash is in the audit record.
my-letters-caption = Letters
my-letters-one = Letter
my-letters-sent = Sent
my-letters-by = By
my-letters-keep = To keep
my-letters-pdf = PDF<span class="hidden"> of { $subject }</span>
my-letters-none = No letters yet
my-letters-none-more = Denials, offers, suspensions, decisions on appeals and other letters appear here on the day they are sent.

my-sent-to = Sent to { $to } by { $by }, <time datetime="{ $at }">{ $time }</time>
my-sent-keep = Keep it as a PDF
my-sent-about = Go to { $number }
my-sent-hash = Template version { $version }. SHA-256 of the text:
my-sent-broken = The text does not match its hash
my-sent-broken-more = What is kept is not what was hashed. Tell the city’s auditors.

my-letter-day = City of { $city }, <time datetime="{ $at }">{ $day }</time>
my-letter-to = To { $to }<br>Application { $number }: { $title }
my-letter-denied = { $dataset } is denied
my-letter-by = Decided by { $by }.
my-letter-reasons = Reasons
my-letter-cited = Cited: { $cites }
my-letter-remedy = What would change the answer
my-letter-appeal = Appeal this decision
my-letter-disagree = If you disagree
my-letter-until = By <strong><time datetime="{ $at }">{ $day }</time></strong>
my-letter-counted = How the date is counted: { $working }
my-letter-records = You can ask for records at any time
my-letter-reopen = Reopen and ask for something else
my-letter-back = Back to the application
my-letter-print = Print this page to keep the letter on paper.

clerk-letter-lead = { $title }. To { $to }, <time datetime="{ $at }">{ $day }</time>.
clerk-letter-cites = Cites { $cites }
clerk-letter-remedy = What would change the answer:
clerk-letter-ways = Ways to appeal
clerk-letter-until = Until { $day }.

my-parts-application = Application
my-parts-where = Where it stands
my-parts-since = Since
my-parts-form-steps = Steps of the application
my-parts-steps = Steps
my-parts-to-do = { $count } to do
my-parts-complete = Complete
my-parts-gaps-label = Still needed on this page
my-parts-gaps = Still needed here
my-parts-gaps-hint = You can save and come back: nothing typed is lost.
my-parts-basis = Basis: { $basis }.
my-parts-number = Number
my-parts-terms = Terms
my-parts-terms-version = { $title }, version { $version }
my-parts-terms-hash = Hash of the terms
my-parts-text-hash = Hash of this text
my-parts-hash-hint = SHA-256 of the <a href="{ $href }">plain text</a>. Anybody can compute it and compare.
my-parts-text = The agreement text
my-parts-declarations = Declarations
my-parts-signature = Signature
my-parts-sign-for = You sign for { $whom }.
my-parts-signatory = The application names <strong>{ $name }</strong> as the person who signs.
my-parts-name = Your full name, typed as your signature
my-parts-title = Your title
my-parts-title-hint = For example: owner, professor, director.
my-parts-consent = I agree to sign electronically.
my-parts-kept = With the signature the city keeps: your name and title, the time, your network address and browser, and the hashes above.
my-parts-stopped = <strong>Stopped:</strong> { $stops }, since <time datetime="{ $at }">{ $time }</time>, by { $by }.
my-parts-to-do-now = What to do:
my-parts-write = Write to the department
my-parts-appeal = Appeal this suspension
my-usage-none = No calls from <time datetime="{ $first_at }">{ $first }</time> to <time datetime="{ $last_at }">{ $last }</time>. Counts appear here about a minute after the first call.
my-usage-calls-30 = Calls in 30 days
my-usage-answered = Answered
my-usage-refused = Not answered
my-usage-sent = Sent to you
my-usage-by-day = Calls by day, <time datetime="{ $first_at }">{ $first }</time> to <time datetime="{ $last_at }">{ $last }</time>; the tallest bar is { $most } calls. Refused calls are the part on top.
my-usage-bar = { $day }: { $calls ->
    [one] one call
   *[other] { $calls } calls
}, { $refused } not answered
my-usage-by-outcome = Calls by outcome
my-usage-outcome = Outcome
my-usage-code = Code
my-usage-calls = Calls
my-usage-days-more = Calls by day as a table
my-usage-days = Calls by day
my-usage-day = Day
my-usage-bytes = Sent
my-usage-mean = Mean time
my-usage-ms = { $ms } ms
my-parts-agreement = Agreement
my-parts-state = State
my-parts-slowed = <strong>Slowed down:</strong> { $stops }, since <time datetime="{ $at }">{ $time }</time>, by { $by }.
my-parts-appeal-slowed = Appeal this

# What is left, and what to do about refusals
my-left = What is left of each limit now
my-left-whose = For
my-left-limit = Limit
my-left-left = Left
my-left-anew = Counts anew
my-left-used = { $percent }% used
my-left-of = { $left } left, { $used } used
my-left-rate = A rate: it refills evenly
my-left-always = All the time
my-usage-do = What to do
my-usage-do-nothing = Nothing

my-step-asked = The department asks about this answer: { $answer }
