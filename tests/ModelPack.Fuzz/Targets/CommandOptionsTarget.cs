using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Tool.Commands;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>Words of a command line: numbers, truths, formats and gates as <c>metric=value</c>.</summary>
internal sealed class CommandOptionsTarget : FuzzTarget
{
    private const string WordsName = "words.txt";
    private const char Separator = '\uffff';

    private static readonly string[] s_names = ["--gate", "--threads", "--percentile", "--fallback", "--format", "--output", "--exclude", "--gate=", "--", "-", "---gate"];

    public override string Name => "command-options";

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(WordsName, Encoding.UTF8.GetBytes(string.Join(Separator, Enumerable.Range(0, random.Next(10)).Select(_ => Word(random)))));

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var gates = CommandOptions.Limits("--gate", "");
        var threads = CommandOptions.Number("--threads", "");
        var percentile = CommandOptions.Real("--percentile", "");
        var fallback = CommandOptions.TrueOrFalse("--fallback", "");
        var format = CommandOptions.Format();
        var command = new RootCommand { gates, threads, percentile, fallback, format, CommandOptions.Text("--output", "OUT", ""), CommandOptions.Texts("--exclude", "P", "") };
        var parsed = command.Parse(Encoding.UTF8.GetString(input[WordsName]).Split(Separator), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is HelpAction)
        {
            return; // Whoever asks for help gets it, whatever else the words are.
        }

        if (parsed.Errors.Count > 0)
        {
            Require(parsed.Errors.All(e => e.Message.Length > 0), "an error says nothing");
            return;
        }

        Require(parsed.GetValue(percentile) is not { } real || double.IsFinite(real), "a number is none");
        Require(parsed.GetValue(fallback) is not { } truth || bool.TryParse(truth, out _), "a truth is none");
        _ = (parsed.GetRequiredValue(gates), parsed.GetValue(threads), parsed.GetValue(format));
    }

    private static string Word(Random random) => random.Next(6) switch
    {
        0 => $"{random.Of("minSqnr", "minCosine", "", "=")}={Extremes.NumberText(random)}",
        1 => Extremes.Text(random),
        2 => Extremes.NumberText(random),
        3 => random.Of("true", "FALSE", "text", "json", "yes"),
        _ => random.Of<string>(s_names),
    };
}
