import { lines, words } from "../lines.ts";
import type { Tongue } from "./tongues.ts";

export const spanish: Tongue = {
  language: "es",
  tags: ["BuenosDías", "Lectura", "Barrio", "Bici"],
  bios: lines(`café, {ciudad} y poco más
    leo en el autobús`),
  posts: lines(`Buenos días desde {ciudad}. {tiempo} y un café doble.
    El autobús llega {número} minutos tarde y la señora de al lado ya me ha contado su vida. Vale la pena.
    Hoy he cocinado {plato} como mi abuela. Casi como mi abuela.
    {tiempo} en {ciudad}. Plan: libro, manta y {plato}.
    Llevo {número} años en este barrio y el panadero por fin sabe mi nombre.
    He encontrado un gato dormido en mi bicicleta. Hoy voy andando.
    En la biblioteca de {ciudad} hay una mesa que siempre está al sol. Es mía.
    Se ha ido la luz y hemos acabado todos los vecinos cenando en la escalera.
    Aprender a decir que no: lección {número}. Hoy he dicho que sí dos veces.
    ¿Alguien más guarda las bolsas dentro de otra bolsa?`),
  replies: lines(`Totalmente de acuerdo.
    ¡Qué bonito!
    Pásame la receta, por favor.
    En {ciudad} igual.
    Me has alegrado el día.
    ¡Ánimo, que ya es casi viernes!`),
  thanks: lines(`¡Muchas gracias!
    Cuando quieras.
    Ya te contaré.`),
  words: {
    ciudad: words("Valencia|Rosario|Bilbao|Oaxaca|Granada|Montevideo"),
    tiempo: words("Sol|Lluvia fina|Viento|Niebla|Cielo gris"),
    plato: words("lentejas|tortilla|croquetas|arroz con leche|sopa de ajo"),
    número: words("tres|cinco|siete|diez|quince"),
  },
};

export const portuguese: Tongue = {
  language: "pt",
  tags: ["BomDia", "Leitura", "Cotidiano", "Praia"],
  bios: lines(`{cidade}, café e maresia
    aprendendo devagar`),
  posts: lines(`Bom dia de {cidade}! {tempo}, mas o pão está quente.
    Fiz {prato} para quatro pessoas. Somos duas. Não sobrou nada.
    O ônibus atrasou {número} minutos e ganhei um amigo na parada.
    {tempo} em {cidade}: dia de ficar em casa com um livro.
    Minha avó ligou para perguntar se eu comi. Comi {prato}. Ela não acredita.
    Há {número} anos moro nesta rua e hoje conheci o vizinho do violão.
    Um cachorro entrou na padaria, foi atendido e saiu. Só em {cidade}.
    Aprendi um acorde novo. Os vizinhos também.`),
  replies: lines(`Concordo muito.
    Que lindo!
    Manda a receita!
    Aqui em {cidade} também.
    Ganhei o dia, obrigado.
    Força, já é quase sexta.`),
  thanks: lines(`Muito obrigada!
    Sempre que quiser.
    Depois te conto.`),
  words: {
    cidade: words("Lisboa|Recife|Porto|Curitiba|Salvador|Coimbra"),
    tempo: words("Sol|Chuva miúda|Vento|Neblina|Céu cinzento"),
    prato: words("feijão|bolo de cenoura|caldo verde|pão de queijo|arroz de pato"),
    número: words("três|cinco|sete|dez|quinze"),
  },
};

export const japanese: Tongue = {
  language: "ja",
  tags: ["朝ごはん", "読書", "散歩", "猫"],
  bios: lines(`{街}で暮らしています
    猫と珈琲と本`),
  posts: lines(`おはようございます。{街}は{天気}です。
    今日の朝ごはんは{料理}でした。おいしかった。
    {街}まで散歩。途中で猫に会いました。
    電車が{数}分遅れ。その間に本を一章読めました。
    {料理}を作ってみました。見た目はともかく、味は満点。
    {天気}なので、家で音楽を聴いています。
    この店に通って{数}年。やっと「いつもの」と言えました。
    図書館で借りた本に、誰かのしおりが挟まっていた。大事に返します。
    夕焼けがきれいで、橋の上でしばらく立ち止まった。`),
  replies: lines(`わかります!
    いいですね。
    おいしそう!
    {街}も同じです。
    素敵なお話をありがとうございます。
    今度行ってみます。`),
  thanks: lines(`ありがとうございます!
    ぜひ一緒に。
    また書きますね。`),
  words: {
    街: words("京都|札幌|金沢|鎌倉|松本|福岡"),
    天気: words("晴れ|小雨|くもり|霧|風の強い日"),
    料理: words("卵焼き|おにぎり|味噌汁|焼き魚|カレー"),
    数: words("三|五|七|十|十五"),
  },
};
