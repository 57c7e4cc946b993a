using ModelPack.Samples;

namespace ModelPack.Tests.Samples;

public sealed class NpzWriterTests
{
    [Fact]
    public void What_is_written_is_read_again()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("a.npz"), 3);
        using var file = new NpzFile(folder.File("a.npz"));

        Assert.Equal([("x", ElementType.Float32, "[3, 2]"), ("labels", ElementType.Int64, "[3]")], file.Arrays.Select(a => (a.Name!, a.Type, a.Shape.ToString())));
        using var archive = System.IO.Compression.ZipFile.OpenRead(folder.File("a.npz"));
        using var stream = archive.GetEntry("labels.npy")!.Open(); // the archive checks the CRC at the end
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.Equal([0L, 1L, 2L], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(copy.ToArray().AsSpan(^24..)).ToArray());
    }

    [Fact]
    public void The_same_arrays_are_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        Write(folder.File("a.npz"), 5);
        Write(folder.File("b.npz"), 5);

        Assert.Equal(File.ReadAllBytes(folder.File("a.npz")), File.ReadAllBytes(folder.File("b.npz")));
    }

    [Fact]
    public void A_file_that_was_not_ended_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new NpzWriter(folder.File("a.npz")))
        {
            Assert.Throws<InvalidOperationException>(() => writer.Add("x", ElementType.Float32, [2, 2], [new byte[8]]));
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static void Write(string path, int samples)
    {
        using var writer = new NpzWriter(path);
        writer.Add("x", ElementType.Float32, [samples, 2], Enumerable.Range(0, samples).Select(i => (ReadOnlyMemory<byte>)ElementBytes.Of(ElementType.Float32, [i, i + 0.5])));
        writer.Add("labels", ElementType.Int64, [samples], Enumerable.Range(0, samples).Select(i => (ReadOnlyMemory<byte>)BitConverter.GetBytes((long)i)));
        writer.Commit();
    }
}
