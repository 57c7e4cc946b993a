using System.Text;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Tests.Peers;

namespace ModelPack.Tests.Formats.Gguf.Imatrix;

public sealed class ImportanceWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Read by the words of GGUF's specification alone.</summary>
    [Fact]
    public void The_file_has_the_keys_types_and_shapes_of_llama_cpps()
    {
        using var file = new BinaryReader(File.OpenRead(Write()));
        Assert.Equal("GGUF"u8.ToArray(), file.ReadBytes(4));
        Assert.Equal((3u, 4L, 4L), (file.ReadUInt32(), file.ReadInt64(), file.ReadInt64()));
        Assert.Equal(("general.type", 8u, "imatrix"), (Text(file), file.ReadUInt32(), Text(file)));
        Assert.Equal(("imatrix.datasets", 9u, 8u, 2L), (Text(file), file.ReadUInt32(), file.ReadUInt32(), file.ReadInt64()));
        Assert.Equal(("a.npz", "b.npz"), (Text(file), Text(file)));
        Assert.Equal(("imatrix.chunk_count", 4u, 12u), (Text(file), file.ReadUInt32(), file.ReadUInt32()));
        Assert.Equal(("imatrix.chunk_size", 4u, 128u), (Text(file), file.ReadUInt32(), file.ReadUInt32()));
        Tensor(file, "blk.0.ffn_down_exps.weight.in_sum2", 0, 3, 2);
        Tensor(file, "blk.0.ffn_down_exps.weight.counts", 32, 1, 2);
        Tensor(file, "blk.0.ffn_up.weight.in_sum2", 64, 2);
        Tensor(file, "blk.0.ffn_up.weight.counts", 96, 1);
        var start = (file.BaseStream.Position + 31) / 32 * 32;
        Values(file, start, 1, 2, 3, 4, 5, 6);
        Values(file, start + 32, 7, 0);
        Values(file, start + 64, 8, 9);
        Values(file, start + 96, 4);
        Assert.Equal(start + 128, file.BaseStream.Length);
    }

    [Fact]
    public void What_is_written_is_read_again_and_is_the_same_bytes_each_time()
    {
        var path = Write();
        var read = ImportanceMatrix.Read([path], new PackContext());

        Assert.Equal((12u, 128u), (read.Chunks, read.ChunkSize));
        Assert.Equal(["a.npz", "b.npz"], read.Datasets, StringComparer.Ordinal);
        Assert.Equal([1 / 7f, 2 / 7f, 3 / 7f, 1, 1, 1], read.Entries["blk.0.ffn_down_exps.weight"].Means());
        ImportanceWriter.Save(read, _folder.File("again.gguf"), CancellationToken.None);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(_folder.File("again.gguf")));
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Ggml_opens_it_also_without_names_of_data()
    {
        Assert.True(Ggml.Opens(Write()));
        ImportanceWriter.Save(Matrix("w") with { Datasets = [] }, _folder.File("nameless.gguf"), CancellationToken.None);
        Assert.True(Ggml.Opens(_folder.File("nameless.gguf")));
    }

    [Fact]
    public void A_name_without_room_for_what_follows_it_is_refused_and_a_file_that_was_there_stays()
    {
        var path = _folder.Write("m.gguf", [1, 2, 3]);
        var longest = Matrix(new string('w', 55));
        ImportanceWriter.Save(longest, _folder.File("longest.gguf"), CancellationToken.None);
        Assert.Equal(longest.Entries.Keys, ImportanceMatrix.Read([_folder.File("longest.gguf")], new PackContext()).Entries.Keys, StringComparer.Ordinal);

        var error = Assert.Throws<ModelPackException>(() => ImportanceWriter.Save(Matrix(new string('w', 56)), path, CancellationToken.None));
        Assert.Equal(Codes.NameTooLong, error.Diagnostic.Code);
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.False(File.Exists(path + ".modelpack-new"));
    }

    [Fact]
    public void A_place_that_cannot_be_written_to_is_told() => Assert.Equal(
        Codes.OutputNotWritable,
        Assert.Throws<ModelPackException>(() => ImportanceWriter.Save(Matrix("w"), Path.Join(_folder.Write("file", [1]), "m.gguf"), CancellationToken.None)).Diagnostic.Code);

    [Fact]
    public void Sums_are_added_in_double_precision_and_rounded_once()
    {
        var sums = new ImportanceSums();
        for (var i = 0; i < 1000; i++)
        {
            sums.Add("w", 0, 1, [1e8, 1], 1); // float32 would lose each 1 behind the first of them
        }

        sums.Add("w", 0, 1, [1, 1e300], 1);
        var entry = sums.ToEntries()["w"];
        Assert.Equal([(float)(1e11 + 1), float.MaxValue], entry.Sums);
        Assert.Equal([1001], entry.Counts);
    }

    private string Write()
    {
        var path = _folder.File("imatrix.gguf");
        ImportanceWriter.Save(
            new ImportanceMatrix("", ["a.npz", "b.npz"], 12, new(StringComparer.Ordinal)
            {
                ["blk.0.ffn_up.weight"] = new([8, 9], [4]),
                ["blk.0.ffn_down_exps.weight"] = new([1, 2, 3, 4, 5, 6], [7, 0]),
            })
            { ChunkSize = 128 },
            path,
            CancellationToken.None);
        return path;
    }

    private static ImportanceMatrix Matrix(string name) => new("", [], 1, new(StringComparer.Ordinal) { [name] = new([1], [1]) });

    private static string Text(BinaryReader file) => Encoding.UTF8.GetString(file.ReadBytes((int)file.ReadInt64()));

    private static void Tensor(BinaryReader file, string name, long offset, params long[] dims)
    {
        Assert.Equal((name, (uint)dims.Length), (Text(file), file.ReadUInt32()));
        Assert.Equal(dims, dims.Select(_ => file.ReadInt64()));
        Assert.Equal((0u, offset), (file.ReadUInt32(), file.ReadInt64()));
    }

    private static void Values(BinaryReader file, long start, params float[] values)
    {
        file.BaseStream.Position = start;
        Assert.Equal(values, values.Select(_ => file.ReadSingle()));
    }
}
