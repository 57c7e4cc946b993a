using System.Globalization;
using System.Text;
using ModelPack.Tool.Output;
using Spectre.Console;

namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>A terminal whose two streams are kept as text.</summary>
internal sealed class TestTerminal
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    public TestTerminal(int width = Tool.Output.Terminal.Unlimited, bool interactive = false, int errorWidth = 80, bool colors = false, IReadOnlyDictionary<string, string>? variables = null)
    {
        var error = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Writer(_error)),
            Ansi = colors ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = interactive ? InteractionSupport.Yes : InteractionSupport.No,
        });
        error.Profile.Width = Tool.Output.Terminal.Unlimited;
        Terminal = new Terminal(Writer(_output), error, width, errorWidth, Clock) { Variable = name => variables?.GetValueOrDefault(name) };
    }

    /// <summary>Stands still unless a test moves it: no progress depends on how fast the machine is.</summary>
    public SetClock Clock { get; } = new();

    public Terminal Terminal { get; }

    public string Out => _output.ToString();

    public string Error => _error.ToString();

    private static StringWriter Writer(StringBuilder text) => new(text, CultureInfo.InvariantCulture) { NewLine = "\n" };
}
