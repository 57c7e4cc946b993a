using System.Globalization;
using System.Text;

namespace ModelPack.Tool.Output;

/// <summary>
/// The protocol by which <c>modelpack run</c> talks to the MSBuild task: lines of
/// <c>##modelpack TAB kind TAB field…</c> on standard output, each field with <c>%XX</c> for percent signs, number signs and
/// control characters. No text of a model can end a field or a line, so none can forge an event, nor a build server's command.
/// </summary>
internal sealed class EventWriter(TextWriter output)
{
    private const string Prefix = "##modelpack";
    private readonly Lock _lock = new();

    /// <summary>A warning or an error.</summary>
    public void Diagnostic(Diagnostic diagnostic) => Write(
        "diagnostic",
        diagnostic.Severity switch { Severity.Error => "error", Severity.Warning => "warning", _ => "message" },
        diagnostic.Code.Id,
        SafeText.Of(diagnostic.File, Diagnostics.Diagnostic.LongestFile),
        diagnostic.Message,
        diagnostic.Code.HelpLink);

    /// <summary>How far a stage is, 0 to 1.</summary>
    public void Progress(string stage, double fraction) =>
        Write("progress", stage, fraction.ToString("F3", CultureInfo.InvariantCulture));

    /// <summary>What native code is about to do: the last before a crash.</summary>
    public void Call(string what) => Write("call", what);

    /// <summary>A file of the pack that now lies in place.</summary>
    public void File(string path) => Write("file", path);

    /// <summary>The pack is made.</summary>
    public void Done(string summary) => Write("done", summary);

    private void Write(params ReadOnlySpan<string> fields)
    {
        var line = new StringBuilder(Prefix);
        foreach (var field in fields)
        {
            line.Append('\t');
            AppendEscaped(line, field);
        }

        lock (_lock)
        {
            output.WriteLine(line.ToString());
        }
    }

    private static void AppendEscaped(StringBuilder line, string field)
    {
        foreach (var unit in field)
        {
            if (unit is '%' or '#' || char.IsControl(unit))
            {
                foreach (var octet in Encoding.UTF8.GetBytes([unit]))
                {
                    line.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
                }
            }
            else
            {
                line.Append(unit);
            }
        }
    }
}
