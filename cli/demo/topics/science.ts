import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const science: Topic = {
  name: "science",
  sign: "🔬",
  tags: ["Science", "PhDLife", "CitizenScience", "Biology"],
  bios: lines(`studies {organism}, dreams of {organism}
    lab {number}, second freezer from the left
    peer reviewed, poorly slept`),
  posts:
    lines(`Sample {sample} finally worked. I did the same thing as {number} times before. I have thanked the freezer.
    Reviewer two would like "more {organism}". Wouldn't we all.
    Did you know that {organism} {fact}? Me neither, until {hour} today.
    Field work: {weather}, mud to the knee, {sample} {organism}. I love my job.
    A school class came to the lab. Best question: "do the {organism} know about you?"
    The poster is printed. There is a typo in the title. It will travel with me to three countries.
    Citizen scientists logged {sample} {organism} around the {place} this month. You are magnificent.
    PhD year {number}: I can now explain it to my grandmother. She says it is nice.
    We have a null result and it is a beautiful null result and nobody will print it.
    Labelled {sample} tubes while listening to a podcast about {organism}. It never stops.
    The paper is out! {number} years, {number2} authors, one figure that I will defend with my life.
    Microscope club on {day}: bring pond water. Everybody leaves with a favourite.`),
  replies: lines(`Is it open access?
    Null results are results. Send it to the journal that takes them!
    {organism} {fact}? I will tell everybody at dinner.
    Which primers did you use, if I may ask?
    Reviewer two is eternal.
    My class would love to visit as well.
    I logged four of them at the {place}, happy to help.
    Congratulations! Sleep now.`),
  polls: [{ text: "Best part of a conference?", options: ["Talks", "Posters", "The coffee queue", "The train home"] }],
  words: {
    organism: words("tardigrades|slime moulds|bumblebees|lichens|eels|mosses|springtails|bats|diatoms"),
    fact: words(
      "remember where they were fed|can wait thirty years for rain|change their mind in groups|have a favourite side|hear with their legs|are older than trees",
    ),
    sample: words("31|46|92|128|240|512"),
  },
};
