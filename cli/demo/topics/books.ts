import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const books: Topic = {
  name: "books",
  sign: "📚",
  tags: ["AmReading", "Books", "BookClub", "LibraryLove"],
  bios: lines(`reads {genre}, mostly on trams
    {number} library books overdue
    buys books, reads other books`),
  posts: lines(`Finished {book} at {hour}. Staring at the wall now.
    Page {page} of {book} and I still do not know who is telling it. I love it here.
    The library had {book} on the "just returned" cart, still warm, so to speak.
    Borrowed one {genre}. Left with {number}. The librarian said nothing. She knew.
    There is a note in my second-hand copy of {book}: "{note}". I will think about it all week.
    Reading {book} aloud to the kids. They ask better questions than the book club.
    Gave up on {book} at page {page}. Life is short and it is very long.
    Best opening line I read this year is in {book}. I read it to a stranger on the train.
    My to-read pile has become a bedside table. It holds a lamp and {number} good intentions.
    {genre} in a bathtub, {weather} outside, phone drowned in another room. Recommended.
    Book club on {day}: {book}. Nobody has finished it. Everybody has opinions.
    The translator of {book} deserves her name on the cover, in capitals.`),
  replies: lines(`I loved it until the last third.
    Adding it to the pile. The pile says hello.
    Please read the sequel before you judge the uncle.
    I have the same edition! Mine smells of cellar.
    Is it as sad as everybody says?
    The audiobook is wonderful as well, by the way.
    You can leave a book unfinished. I give you permission.
    Which translation did you read?`),
  polls: [
    { text: "Do you finish books you do not like?", options: ["Always", "Fifty pages", "Never", "I skip to the end"] },
  ],
  words: {
    book: words(
      "The Cartographer's Winter|Small Weather|A House with Three Kitchens|The Night Ferry|Rust and Honey|The Glass Orchard|What the River Kept|Ordinary Lanterns|The Apprentice Bell-Founder",
    ),
    genre: words(
      "ghost stories|sea novels|crime from cold places|short stories|nature writing|old science fiction|poetry|letters of dead people",
    ),
    page: words("37|64|112|148|203|311|402"),
    note: words(
      "for Ilse, who was right|do not lend this to Tom|read on the ferry, sick and happy|it gets better after the wedding|nobody dies, I checked",
    ),
  },
};
