import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const films: Topic = {
  name: "films",
  sign: "🎬",
  tags: ["NowWatching", "Cinema", "FilmClub", "MovieNight"],
  bios: lines(`third row, aisle seat
    {genre} apologist
    stays for the credits`),
  posts: lines(`Rewatched {film}. {verdict}.
    The little cinema by the {place} shows {genre} every {day} for the price of a sandwich. We were {number} people. Go.
    Somebody brought soup to {film}. An entire soup. I respect it.
    {film} is {number} minutes too long and I would not cut a second of the last twenty.
    Hot take: {genre} is at its best when nobody explains anything.
    Showed {film} to somebody who had never seen it. Watching them watch it was better than the film.
    The projector broke in the best scene of {film} and a hundred strangers groaned in harmony.
    Why does nobody light faces like in {genre} any more?
    Film club picked {film} for {day}. I have a speech prepared. {verdict}, that's the speech.
    I fell asleep in {film} and dreamed a better ending.
    The score of {film} has been in my head for {number} days. Send a different film.
    Subtitles on, phone in another room, {weather} outside. {genre} tonight.`),
  replies: lines(`The ending ruined it for me, but what a first hour.
    I need to see that again with you talking over it.
    {verdict}. I said what I said.
    Is it on anywhere at the moment?
    That cinema saved my twenties.
    If you liked that, find the director's first one.
    Strong disagree, and I would love to argue about it over a beer.
    The sound design alone!`),
  polls: [
    { text: "Where do you sit?", options: ["Front", "Middle", "Back row", "On the sofa"] },
    { text: "Dubbed or subtitled?", options: ["Subtitled", "Dubbed", "Depends on the film"] },
  ],
  words: {
    film: words(
      "The Lighthouse Keeper's Daughter|Paper Harbour|A Train to Nowhere Much|The Third Umbrella|Salt and Static|Low Tide|The Understudy|Nine Winters|Minor Saints",
    ),
    genre: words(
      "slow westerns|seventies paranoia|heist films|silent comedy|body horror|quiet family drama|black and white noir",
    ),
    verdict: words(
      "Still perfect|Even sadder than I remembered|It has not aged well, and neither have I|The dog is the best actor in it|Five stars, one for each time I cried|I finally understood the ending",
    ),
  },
};
