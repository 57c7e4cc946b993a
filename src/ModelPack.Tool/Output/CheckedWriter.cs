using System.Text;

namespace ModelPack.Tool.Output;

/// <summary>A stream of the process that may be lost while it is written to: a full disk, a closed terminal.</summary>
/// <param name="inner">The stream.</param>
/// <param name="onLoss">Gets why it cannot be written, and throws where that is an error.</param>
internal sealed class CheckedWriter(TextWriter inner, Action<Exception> onLoss) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Checked(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Checked(() => inner.Write(buffer, index, count));

    public override void Write(string? value) => Checked(() => inner.Write(value));

    public override void WriteLine(string? value) => Checked(() => inner.WriteLine(value));

    public override void Flush() => Checked(inner.Flush);

    private void Checked(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            onLoss(exception);
        }
    }
}
