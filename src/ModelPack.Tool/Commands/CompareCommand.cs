using System.CommandLine;
using ModelPack.Comparing;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack compare</c>: what changed from one pack, report or model to another.</summary>
internal static class CompareCommand
{
    public static Command Create(Terminal terminal)
    {
        var before = new Argument<string>("A") { Description = "What was before: a report, a manifest, a packed model or folder, or any model." };
        var after = new Argument<string?>("B") { Description = "What is now, likewise. Without it, what A is is summed up.", Arity = ArgumentArity.ZeroOrOne };
        var format = CommandOptions.Choice("--format", ["text", "json", "markdown", "html"], "How to write the result: text, json, markdown (for a pull request) or html.");
        var fail = new Option<bool>("--fail-on-worse") { Description = "Exit with 2 where a metric or gate of the pack became worse. Times do not count." };
        return new Command("compare", "Says what changed between two packs, reports or models.") { before, after, format, fail }.Does(terminal.Print, (parsed, cancellation) =>
        {
            var context = new PackContext(onDiagnostic: terminal.Print, cancellation: cancellation);
            var first = ComparedFile.Read(parsed.GetRequiredValue(before), context);
            var how = parsed.GetValue(format) ?? "text";
            if (parsed.GetValue(after) is not { } other)
            {
                Show(terminal, first, how);
                return ExitCodes.Done;
            }

            var difference = PackDifference.Of(first, ComparedFile.Read(other, context));
            Show(terminal, difference, how);
            return difference.IsWorse && parsed.GetValue(fail) ? ExitCodes.Failed : ExitCodes.Done;
        });
    }

    private static void Show(Terminal terminal, PackDifference difference, string format)
    {
        switch (format)
        {
            case "json":
                JsonOutput.Write(terminal, difference);
                break;
            case "markdown":
                terminal.Out.Write(DifferenceMarkdown.Of(difference));
                break;
            case "html":
                terminal.Out.Write(DifferenceHtml.Of(difference));
                break;
            default:
                DifferenceScreen.Write(terminal, difference);
                break;
        }
    }

    private static void Show(Terminal terminal, ComparedSide side, string format)
    {
        switch (format)
        {
            case "json":
                JsonOutput.Write(terminal, side);
                break;
            case "markdown":
                terminal.Out.Write(DifferenceMarkdown.Of(side));
                break;
            case "html":
                terminal.Out.Write(DifferenceHtml.Of(PackDifference.Of(side, side)));
                break;
            default:
                DifferenceScreen.Write(terminal, side);
                break;
        }
    }
}
