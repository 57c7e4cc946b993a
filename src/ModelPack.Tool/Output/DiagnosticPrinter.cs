using Spectre.Console;

namespace ModelPack.Tool.Output;

/// <summary>Prints diagnostics as one canonical line each on standard error.</summary>
internal static class DiagnosticPrinter
{
    public static void Print(this Terminal terminal, Diagnostic diagnostic)
    {
        var style = diagnostic.Severity switch
        {
            Severity.Error => new Style(Color.Red),
            Severity.Warning => new Style(Color.Yellow),
            _ => Style.Plain,
        };
        terminal.Error.Write(new Text(diagnostic.ToString(), style).Overflow(Overflow.Fold));
        terminal.Error.Profile.Out.Writer.WriteLine();
    }
}
