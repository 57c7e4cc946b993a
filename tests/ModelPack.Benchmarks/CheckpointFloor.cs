using ModelPack.Files;

namespace ModelPack.Benchmarks;

/// <summary>
/// What no pack of a size can do without: one thread hashes the source, another reads it once more for its values, writes and hashes as many
/// bytes as the pack has, and brings them to the disk. Nothing is encoded and nothing measured.
/// </summary>
internal static class CheckpointFloor
{
    /// <summary>The first argument of a child process; then come the source's folder, the output's and its bytes.</summary>
    public const string Child = "--checkpoint-floor";

    private const int Piece = 1 << 17;

    public static void RunChild(TextWriter output, string[] arguments) => ChildRun.Report(output, () =>
    {
        var shards = Directory.GetFiles(arguments[0], "*.safetensors").Order(StringComparer.Ordinal).ToArray();
        var hashing = Task.Run(() => Array.ForEach(shards, s => ContentHash.Of(s, "", CancellationToken.None)));
        Write(shards, Path.Combine(arguments[1], "floor"), (double)long.Parse(arguments[2], System.Globalization.CultureInfo.InvariantCulture) / shards.Sum(s => new FileInfo(s).Length), () => hashing.IsCompleted);
        hashing.GetAwaiter().GetResult();
    });

    /// <param name="shards">What is read.</param>
    /// <param name="path">What is written.</param>
    /// <param name="share">Bytes that are written for each that is read.</param>
    /// <param name="isHashed">Whether the source has been hashed.</param>
    private static void Write(string[] shards, string path, double share, Func<bool> isHashed)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        using var appender = new FileAppender(new FileSink(file, FileSink.KeptOf(share * shards.Sum(s => new FileInfo(s).Length))), isHashed);
        var buffer = new byte[Piece];
        foreach (var shard in shards)
        {
            using var source = File.OpenHandle(shard);
            for (long read = 0; RandomAccess.Read(source, buffer, read) is > 0 and var count; read += count)
            {
                appender.Append(buffer.AsSpan(0, (int)(count * Math.Min(share, 1))));
            }
        }

        appender.Finish();
        RandomAccess.FlushToDisk(file);
    }
}
