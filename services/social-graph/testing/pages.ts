/** Reads a list to its end, page by page, and returns each page's items; `between` happens after every page but the last. */
export async function allPages<Item>(
  read: (pageToken: string) => Promise<{ items: readonly Item[]; nextPageToken: string }>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Item[][]> {
  const pages: Item[][] = [];
  for (let pageToken = ""; ; ) {
    const { items, nextPageToken } = await read(pageToken);
    pages.push([...items]);
    if (nextPageToken === "") return pages;
    if (nextPageToken === pageToken) throw new Error("the list goes in circles");
    pageToken = nextPageToken;
    await between();
  }
}
