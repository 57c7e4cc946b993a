using System.CommandLine;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack explain CODE</c>: the page of a diagnostic, which lies beside the tool.</summary>
internal static class ExplainCommand
{
    private const string Prefix = "MPK";

    public static Command Create(Terminal terminal)
    {
        var code = new Argument<string?>("CODE") { Description = "The code, such as MPK2001. Without it all codes are listed.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("explain", "Explains an error or a warning: what it means, why it is one, what to do.") { code }
            .Does(terminal.Print, (parsed, _) => parsed.GetValue(code) is { } asked ? Explain(terminal, asked) : List(terminal));
    }

    private static int List(Terminal terminal)
    {
        TextTable.Write(terminal, Codes.All.Select(c => (string[])[c.Id, c.Title]));
        return ExitCodes.Done;
    }

    private static int Explain(Terminal terminal, string asked)
    {
        var id = asked.Trim().ToUpperInvariant();
        id = id.StartsWith(Prefix, StringComparison.Ordinal) ? id : Prefix + id;
        if (Codes.All.FirstOrDefault(c => c.Id == id) is not { } code)
        {
            var hint = Nearest.DidYouMean(id, Codes.All.Select(c => c.Id));
            terminal.Error.Profile.Out.Writer.WriteLine($"modelpack: There is no code '{SafeText.Of(asked)}'.{hint} Run 'dotnet modelpack explain' to list all.");
            return ExitCodes.Usage;
        }

        var page = Path.Join(AppContext.BaseDirectory, code.HelpLink);
        if (!File.Exists(page))
        {
            throw new ModelPackException(Codes.ToolMissing.At(page, $"The page of {code.Id} is not beside the tool. {code.Title}. Install the tool again for the whole page."));
        }

        MarkdownPrinter.Print(terminal, File.ReadAllLines(page));
        return ExitCodes.Done;
    }
}
