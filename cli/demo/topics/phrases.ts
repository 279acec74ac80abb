import { lines, words } from "../lines.ts";

/** How a post may begin. */
export const openers = lines(`Small win today:
  Unpopular opinion:
  Note to self:
  Reminder:
  Update:
  Confession:
  A thread? No, just this:
  Today in my life:
  Friends!
  Okay, listen.
  Well.
  Good news first:
  Not to brag, but:
  Status report:
  Dear diary,
  Breaking news from my kitchen table:
  For the record:
  Finally!`);

/** How it may end. */
export const closers = lines(`More tomorrow.
  Send help.
  Send snacks.
  Would do it again.
  Ten out of ten.
  That's all, carry on.
  Anyway, how are you?
  Anybody else?
  I regret nothing.
  I have no further questions.
  Who can relate?
  You had to be there.
  What did I miss?
  Tips welcome.
  Thoughts?
  No notes.
  And that was only the morning.
  Worth it.
  Never again. Until {day}.
  I will take that as a sign.
  Greetings from the {place}.
  My {animal} agrees.`);

/** What else somebody mentions, in passing. */
export const asides = lines(`{weather} here, by the way.
  Told my {whom} about it, got a long look.
  Written from a bench by the {place}.
  It is {day}, after all.
  {day} me would not believe it.
  The {animal} next door was a witness.
  That was {number} days ago and I still smile.
  My {whom} says I should write that down, so here it is.
  Try it by the {place}, in {weather}.
  {number} people asked me about it today.
  If you see me at the {place}, ask me about it.
  I have been thinking about it since {hour}.
  At {hour}, of all times.
  My {whom} disagrees, as usual.
  Let's see what {day} brings.
  It took {number} of us to agree on that.`);

/** Who one lives and works with. */
export const company = {
  whom: words(
    "mother|neighbour|sister|flatmate|boss|dentist|brother|bus driver|daughter|best friend|hairdresser|uncle",
  ),
};

/** What an author says to those who answered. */
export const thanks = lines(`Thank you! That means a lot.
  Ha, you are right.
  I will try that, thanks!
  Good point, I had not thought of it.
  I will report back on {day}.
  It took me {number} tries, do not be discouraged.
  Happy to show you some time!
  I wish I knew.
  Not yet, but soon.
  Exactly what I meant, only better said.
  You know me too well.
  Oh, that explains everything.
  Let's do that together?
  I was hoping nobody would ask.
  The plan is that there is no plan.
  See you at the {place}!`);

/** What is said about a post that is quoted. */
export const remarks = lines(`This. All of it.
  Read this, then go outside.
  I laughed, and then I thought about it for an hour.
  My exact week in one post.
  Putting this here so that I find it again.
  Adding to this: it works even better with company.
  Slightly disagree, and still the best take of the day.
  Everybody should know this.
  I have told {number} people about it already.
  For those who missed it:
  Still thinking about this one.
  My sister has to see that.
  You can stop scrolling, it will not get better than this.
  A good reminder for {day}.`);

/** Before somebody is named. */
export const mentions = lines(`cc {name}
  {name}, this one is for you.
  Thanks to {name} for the idea.
  With {name}, of course.
  {name} will understand.
  I blame {name}.
  As {name} says: slowly, but with cake.
  {name}, are you in?`);

/** What a text is folded behind. */
export const warnings = lines(`food
  spoilers
  injury, mild
  work stress
  spider (small)
  flashing lights
  health
  mentions of alcohol`);

/** What comes before an answer, or is one. */
export const interjections = lines(`Ha!
  Oh!
  Hm.
  Yes!
  Lovely.
  Right?
  Wow.
  True.
  Ooh.
  Aww.
  Brilliant.
  Hah, yes.
  Wonderful.
  Hey!
  Thank you!
  Love this.
  Good one.
  Fair enough.
  Mood.
  I know!
  Finally somebody says it.
  Big fan.
  Interesting.
  No way.`);
