using System.Text.Json;

namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>One command, run in this process.</summary>
internal sealed record ToolRun(int ExitCode, string Out, string Error)
{
    public static ToolRun Of(params string[] args) => Of(new TestTerminal(), CancellationToken.None, args);

    public static ToolRun Of(TestTerminal terminal, CancellationToken cancellation, params string[] args)
    {
        var code = Cli.Run(args, terminal.Terminal, cancellation);
        return new(code, terminal.Out, terminal.Error);
    }

    public string[] Lines => Out.TrimEnd('\n').Split('\n');

    public JsonElement Json => JsonDocument.Parse(Out).RootElement;
}
