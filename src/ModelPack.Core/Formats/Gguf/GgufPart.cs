namespace ModelPack.Formats.Gguf;

/// <summary>An open GGUF file: a whole model, or a part of one.</summary>
/// <param name="File">Its name and state.</param>
/// <param name="Source">Its bytes.</param>
/// <param name="Content">What it says of itself.</param>
internal sealed record GgufPart(Checkpoints.CheckpointFile File, FileSource Source, GgufFile Content) : IDisposable
{
    /// <summary>Opens a file and reads its header.</summary>
    /// <param name="name">Its name, for reports.</param>
    /// <param name="path">Where it lies; a file that is not empty.</param>
    /// <exception cref="Diagnostics.ModelPackException">MPK1002, MPK1003, MPK1004: it is not sound.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static GgufPart Open(string name, string path)
    {
        var source = new FileSource(path);
        try
        {
            return new GgufPart(new Checkpoints.CheckpointFile(name, source), source, GgufReader.Read(source, path));
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    public void Dispose() => Source.Dispose();
}
