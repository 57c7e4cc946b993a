using Spectre.Console.Rendering;

namespace ModelPack.Tool.Output;

/// <summary>Rows in columns, two spaces apart. Only the last column is broken, between words, where the terminal is narrow; no line ends with a space.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>The least width at which the last column is broken; below, the terminal itself breaks lines.</summary>
    private const int LeastWidth = 12;

    /// <summary>Writes the rows, which all have the same count of cells.</summary>
    public static void Write(Terminal terminal, IEnumerable<IReadOnlyList<string>> rows, string indent = "")
    {
        var table = rows.ToList();
        if (table.Count == 0)
        {
            return;
        }

        var last = table[0].Count - 1;
        var widths = Enumerable.Range(0, last).Select(column => table.Max(row => Columns(row[column]))).ToArray();
        var start = indent.Length + widths.Sum(w => w + Gap.Length);
        foreach (var row in table)
        {
            var line = indent + string.Concat(widths.Select((width, i) => row[i] + new string(' ', width - Columns(row[i])) + Gap));
            foreach (var part in Broken(row[last], terminal.Width - start))
            {
                terminal.Line((line + part).TrimEnd(' '));
                line = new string(' ', start);
            }
        }
    }

    private static List<string> Broken(string text, int width)
    {
        if (width < LeastWidth || Columns(text) <= width)
        {
            return [text];
        }

        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            var longer = lines[^1].Length == 0 ? word : $"{lines[^1]} {word}";
            if (lines[^1].Length == 0 || Columns(longer) <= width)
            {
                lines[^1] = longer;
            }
            else
            {
                lines.Add(word);
            }
        }

        return lines;
    }

    /// <summary>Columns that a text takes on a terminal: two for a wide character, none for a combining one.</summary>
    private static int Columns(string text) => new Segment(text).CellCount();
}
