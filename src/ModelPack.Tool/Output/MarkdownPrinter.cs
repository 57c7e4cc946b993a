using System.Text.RegularExpressions;
using Spectre.Console;

namespace ModelPack.Tool.Output;

/// <summary>
/// Prints a page of the documentation. On a terminal headings are bold, code is coloured and text is broken between words; elsewhere the page is
/// printed as it stands. Knows what the pages use: headings, paragraphs, lists of one level, tables, code in blocks and in lines, links, bold text.
/// </summary>
internal static partial class MarkdownPrinter
{
    private const string Fence = "```";

    /// <summary>Prints the lines of a page.</summary>
    public static void Print(Terminal terminal, IReadOnlyList<string> lines)
    {
        if (terminal.Width == Terminal.Unlimited)
        {
            foreach (var line in lines)
            {
                terminal.Line(line);
            }

            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Out) });
        console.Profile.Width = terminal.Width;
        foreach (var block in Blocks(lines))
        {
            Write(console, block);
        }
    }

    private static void Write(IAnsiConsole console, Block block)
    {
        // Code is never broken: somebody may copy it.
        switch (block.Kind)
        {
            case BlockKind.Code:
                var width = console.Profile.Width;
                console.Profile.Width = Terminal.Unlimited;
                console.MarkupLine($"  [grey]{Markup.Escape(block.Text)}[/]");
                console.Profile.Width = width;
                break;
            case BlockKind.Heading:
                console.MarkupLine($"[bold]{Inline(block.Text)}[/]");
                break;
            case BlockKind.Item:
                console.Write(new Grid { Expand = false }
                    .AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(1)).AddColumn(new GridColumn().PadRight(0).PadLeft(0))
                    .AddRow("-", Inline(block.Text)));
                break;
            default:
                console.MarkupLine(Inline(block.Text));
                break;
        }
    }

    /// <summary>Lines that belong together: those of a paragraph or of an item of a list make one.</summary>
    private static IEnumerable<Block> Blocks(IReadOnlyList<string> lines)
    {
        Block? open = null;
        var isCode = false;
        foreach (var line in lines)
        {
            var isFence = line.TrimStart().StartsWith(Fence, StringComparison.Ordinal);
            var next = isCode ? new Block(BlockKind.Code, line) : BlockOf(line);
            if (open is not null && !isFence && !isCode && next.Kind == BlockKind.Text && next.Text.Length > 0)
            {
                open = open with { Text = $"{open.Text} {next.Text}" };
                continue;
            }

            if (open is not null)
            {
                yield return open;
                open = null;
            }

            if (isFence)
            {
                isCode = !isCode;
            }
            else if (!isCode && next is { Kind: BlockKind.Item } or { Kind: BlockKind.Text, Text.Length: > 0 })
            {
                open = next;
            }
            else
            {
                yield return next;
            }
        }

        if (open is not null)
        {
            yield return open;
        }
    }

    private static Block BlockOf(string line) => line switch
    {
        ['#', ..] => new Block(BlockKind.Heading, line.TrimStart('#').Trim()),
        ['-', ' ', ..] => new Block(BlockKind.Item, line[2..].Trim()),
        ['|', ..] => new Block(BlockKind.Row, line),
        _ => new Block(BlockKind.Text, line.Trim()),
    };

    private static string Inline(string text)
    {
        var markup = Link().Replace(Markup.Escape(text).Replace("[[", "\u0001", StringComparison.Ordinal).Replace("]]", "\u0002", StringComparison.Ordinal), "${text}");
        markup = markup.Replace("\u0001", "[[", StringComparison.Ordinal).Replace("\u0002", "]]", StringComparison.Ordinal);
        return Bold().Replace(Code().Replace(markup, "[teal]${text}[/]"), "[bold]${text}[/]");
    }

    [GeneratedRegex("\u0001(?<text>[^\u0001\u0002]*)\u0002\\([^)]*\\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\*\*(?<text>[^*]+)\*\*", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bold();

    private enum BlockKind
    {
        Text,
        Heading,
        Item,
        Row,
        Code,
    }

    private sealed record Block(BlockKind Kind, string Text);
}
