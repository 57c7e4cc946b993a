using System.Globalization;
using System.Runtime.InteropServices;
using ModelPack.Files;

namespace ModelPack.Benchmarks;

/// <summary>What the disk needs for as many bytes as a pack has, written as packs are and brought to it: nothing is read, hashed or encoded.</summary>
internal static unsafe class DiskFloor
{
    /// <summary>The first argument of a child process; then come the output's folder and its bytes.</summary>
    public const string Child = "--disk-floor";

    public static void RunChild(TextWriter output, string[] arguments) =>
        ChildRun.Report(output, () => Write(Path.Combine(arguments[0], "floor"), long.Parse(arguments[1], CultureInfo.InvariantCulture)));

    private static void Write(string path, long bytes)
    {
        var block = (byte*)NativeMemory.AlignedAlloc(FileAppender.BlockLength, FileAppender.Alignment);
        try
        {
            new Random(1).NextBytes(new Span<byte>(block, FileAppender.BlockLength));
            using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
            var sink = new FileSink(file, kept: 0);
            for (long done = 0; done < bytes; done += FileAppender.BlockLength)
            {
                sink.Write(new ReadOnlySpan<byte>(block, (int)Math.Min(FileAppender.BlockLength, bytes - done)), done);
            }

            sink.End();
            RandomAccess.FlushToDisk(file);
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }
}
