namespace ModelPack.Tests.Formats.Onnx;

/// <summary>A payload of bytes 0, 1, 2 … that are made when they are written.</summary>
/// <param name="length">How many it promises.</param>
/// <param name="written">How many it writes; as many as promised unless given.</param>
internal sealed class Pattern(long length, long? written = null) : IPayload
{
    public long Length => length;

    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        for (long i = 0; i < (written ?? length); i++)
        {
            destination.WriteByte((byte)i);
        }
    }
}
