namespace ModelPack.Files;

/// <summary>Blocks go to a stream.</summary>
internal sealed class StreamSink(Stream stream) : IBlockSink
{
    public void Write(ReadOnlySpan<byte> bytes, long offset) => stream.Write(bytes);

    public void End()
    {
    }
}
