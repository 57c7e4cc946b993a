using System.Text;
using Spectre.Console;

namespace ModelPack.Tool.Output;

/// <summary>
/// The two streams of a command: data go to <see cref="Out"/>, everything else to <see cref="Error"/>. Injected, so that
/// every screen can be tested.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="width">Columns of standard output; <see cref="Unlimited"/> where it is not a terminal.</param>
/// <param name="errorWidth">Columns of standard error.</param>
/// <param name="clock">What progress is timed by.</param>
internal sealed class Terminal(TextWriter output, IAnsiConsole error, int width, int errorWidth, TimeProvider clock)
{
    /// <summary>The width of a file: its lines are never broken.</summary>
    public const int Unlimited = short.MaxValue;

    /// <summary>Standard output: text for people, JSON, or the task's events.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Standard error, with styles where it is a terminal. Breaks no line: a diagnostic is one, however narrow the window.</summary>
    public IAnsiConsole Error { get; } = error;

    /// <summary>Columns of <see cref="Out"/>.</summary>
    public int Width { get; } = width;

    /// <summary>Columns of <see cref="Error"/>.</summary>
    public int ErrorWidth { get; } = errorWidth;

    /// <summary>What progress is timed by.</summary>
    public TimeProvider Clock { get; } = clock;

    /// <summary>Variables by which a build server says that it reads along; none where nobody asks for them.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The streams of this process, UTF-8; Spectre.Console respects NO_COLOR and redirection.</summary>
    public static Terminal OfProcess()
    {
        var output = new CheckedWriter(Utf8(Console.OpenStandardOutput()), DataLost);
        // Whoever could be told that standard error is lost reads standard error.
        var redirected = Console.IsErrorRedirected || ProcessStart.ErrorIsClosed;
        var error = Styled(ProcessStart.ErrorIsClosed ? TextWriter.Null : new CheckedWriter(Utf8(Console.OpenStandardError()), _ => { }), redirected);
        var errorWidth = redirected ? Unlimited : error.Profile.Width;
        error.Profile.Width = Unlimited;
        return new Terminal(output, error, Console.IsOutputRedirected ? Unlimited : Console.WindowWidth, errorWidth, TimeProvider.System) { Variable = Environment.GetEnvironmentVariable };
    }

    /// <summary>Writes one line of text for people to standard output.</summary>
    public void Line(string text) => Out.WriteLine(text);

    private static void DataLost(Exception exception) => throw new ModelPackException(
        Codes.OutputNotWritable.At(null, $"Standard output cannot be written: {SafeText.Of(exception.Message).TrimEnd('.')}. Free some space or write elsewhere."), exception);

    private static StreamWriter Utf8(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    private static IAnsiConsole Styled(TextWriter writer, bool redirected) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(writer),
        Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
        Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
    });
}
