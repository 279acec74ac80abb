import { lines, words } from "../lines.ts";
import type { Topic } from "../topic.ts";

/** How people talk who do not write English. */
export interface Tongue extends Pick<Topic, "posts" | "replies" | "words" | "tags" | "bios"> {
  readonly language: string;
  readonly thanks: readonly string[];
}

export const german: Tongue = {
  language: "de",
  tags: ["Feierabend", "Kaffeepause", "Alltag", "Bahn"],
  bios: lines(`Kaffee, {Ort}, Gegenwind
    meistens harmlos
    liest laut vor, auch Speisekarten`),
  posts: lines(`Guten Morgen aus {Ort}. {Wetter}, aber der Kaffee ist gut.
    Der Zug nach {Ort} hat {Zahl} Minuten Verspätung. Wir sind jetzt eine Gemeinschaft.
    Feierabend! Rad, {Wetter}, {Essen}. Mehr braucht es nicht.
    Heute beim Bäcker: „Das Übliche?“ Ich bin angekommen in {Ort}.
    {Zahl} Jahre wohne ich hier und habe erst heute den Hinterhof mit der Linde entdeckt.
    Wer hat eigentlich entschieden, dass Besprechungen um {Zahl} Uhr beginnen?
    {Essen} gekocht. Küche sieht aus wie nach einem Umzug. Hat geschmeckt.
    Meine Oma sagt: Wer {Essen} macht, hat keine Sorgen. Meine Oma hat recht.
    Das Schwimmbad in {Ort} hat wieder auf. {Zahl} Bahnen, danach Pommes. Ich bin neun Jahre alt.
    Flohmarkt in {Ort}: wollte nichts kaufen, habe jetzt {Zahl} Lampen.
    {Wetter}. Der Nachbar mäht trotzdem.
    Ein Kind in der Bahn hat mir seine Brezel erklärt. Beste Fortbildung des Jahres.`),
  replies: lines(`Kenne ich. Leider.
    Sehr schön, danke fürs Teilen!
    In {Ort} genauso.
    Rezept bitte!
    Da wäre ich gern dabei gewesen.
    Made my day, wie man so sagt.
    Halte durch, bald ist Wochenende.`),
  thanks: lines(`Danke dir!
    Gern, ich schick’s dir.
    Beim nächsten Mal kommst du mit.`),
  words: {
    Ort: words("Leipzig|Freiburg|Kassel|Rostock|Graz|Bern|Halle|Bremen"),
    Wetter: words("Nieselregen|Nebel|Sonne|Wind von vorn|grauer Himmel|Gewitter"),
    Essen: words("Kartoffelsuppe|Pflaumenkuchen|Linsen mit Spätzle|Bratkartoffeln|Kaiserschmarrn"),
    Zahl: words("drei|fünf|sieben|acht|zwölf|zwanzig"),
  },
};

export const french: Tongue = {
  language: "fr",
  tags: ["Quotidien", "Marché", "Lecture", "Velotaf"],
  bios: lines(`du pain, des livres, {ville}
    à vélo, toujours en retard`),
  posts: lines(`Bonjour de {ville} ! {temps}, mais le café est chaud.
    Le train pour {ville} a {nombre} minutes de retard et tout le wagon partage ses biscuits.
    J’ai fini mon livre à minuit, je n’ai plus d’amis dans la vie.
    Ce matin au marché : {plat} et des nouvelles de tout le quartier.
    {temps} sur {ville}, on sort quand même.
    Ma grand-mère m’a dicté sa recette de {plat}. Il manque toujours un ingrédient, c’est voulu.
    {nombre} ans que j’habite ici et je découvre encore des escaliers.
    Quelqu’un joue de l’accordéon sous ma fenêtre. On lui pardonne presque tout.
    J’ai réparé le robinet toute seule. Je suis plombière maintenant.
    À {ville}, un chat dort dans la vitrine de la librairie. C’est lui le patron.`),
  replies: lines(`Tellement vrai.
    Merci pour ce moment !
    La recette, s’il te plaît !
    Pareil à {ville}.
    J’aurais voulu voir ça.
    Courage, c’est bientôt le week-end.`),
  thanks: lines(`Merci beaucoup !
    Avec plaisir.
    Je te raconterai la suite.`),
  words: {
    ville: words("Nantes|Lille|Grenoble|Rennes|Lyon|Strasbourg"),
    temps: words("Grand soleil|Petite pluie|Du brouillard|Du vent|Ciel gris"),
    plat: words("tarte aux prunes|soupe de courge|gratin|ratatouille|clafoutis"),
    nombre: words("trois|cinq|sept|dix|quinze"),
  },
};
