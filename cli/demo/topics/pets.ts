import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

export const pets: Topic = {
  name: "pets",
  sign: "🐈",
  tags: ["Caturday", "DogsOfSkein", "Pets", "RescueDog"],
  bios: lines(`staff of {name}
    {name} and {name2} run this account
    covered in hair, mostly not mine`),
  posts: lines(`{name} has discovered {object} and nobody in this house sleeps any more.
    Vet says {name} is "robust". {name} says the vet is rude.
    {name} brought me {gift} at {hour} and was very proud. I said thank you. What else do you say.
    Adopted! This is {name}, about {number} years old, afraid of {object}, in love with the sofa.
    New bed for {name}: {price} euros. {name} sleeps in the box.
    {name} met a {animal} at the {place} today. They agreed to pretend that nothing happened.
    Working from home means that {name} attends {number} meetings a day and has the best attendance record.
    One year with {name}. She came shaking and hiding from {object}. Right now she is snoring on my keyboard hhhhhhhhj
    Training report: {name} can sit, stay and negotiate.
    There is one dry spot in the garden in this weather and {name} has it.
    {name} looked at the wall for {number} minutes. What is in the wall, {name}.
    We said no dogs in the bed. {name} is not in the bed. {name} IS the bed.`),
  replies: lines(`Please tell {name} I love them.
    Robust! That is slander.
    More pictures, this is not a request.
    Ours is afraid of {object} too. It passes. It comes back. It passes.
    Who rescued whom, really.
    The box is always better than the bed.
    Give the belly a rub from me.
    Something IS in the wall.`),
  polls: [{ text: "Who sleeps where?", options: ["In my bed", "In their bed", "In my bed, across", "On my face"] }],
  words: {
    name: words("Miso|Captain|Pepper|Frau Schmidt|Biscuit|Olive|Dumpling|Loki|Mabel|Turnip|Professor|Juno"),
    object: words("the vacuum cleaner|the top of the fridge|balloons|the doorbell|string|umbrellas|the toaster"),
    gift: words("half a mouse|a sock that is not mine|a live frog|a leaf|somebody's sandwich"),
    price: words("35|49|60|89"),
  },
};
