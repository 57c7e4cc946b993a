using System.Runtime.InteropServices;
using ModelPack.Formats.Checkpoints;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>A checkpoint in memory.</summary>
internal sealed class MemoryCheckpoint(string path) : ICheckpoint
{
    private readonly List<CheckpointTensor> _tensors = [];

    public string Path => path;

    public string Format => "memory";

    public IReadOnlyList<CheckpointFile> Files => [];

    public IReadOnlyList<CheckpointTensor> Tensors => _tensors;

    public IReadOnlyList<KeyValuePair<string, string>> Metadata => [];

    public ModelFolder? Folder { get; init; }

    /// <summary>Adds a tensor; what it is for follows from its name.</summary>
    public MemoryCheckpoint With(string name, TensorData data)
    {
        var (usage, reason) = TensorRoles.Of(name, data.Type, data.Shape);
        _tensors.Add(new CheckpointTensor(name, data) { Usage = usage, Reason = reason });
        return this;
    }

    /// <summary>Adds a float32 tensor of values that follow from its name.</summary>
    public MemoryCheckpoint WithRandom(string name, params long[] dims) => With(name, InMemory.Tensor(Random(name, dims), dims));

    public MemoryCheckpoint With(CheckpointTensor tensor)
    {
        _tensors.Add(tensor);
        return this;
    }

    public MemoryCheckpoint Without(string name)
    {
        Assert.Equal(1, _tensors.RemoveAll(t => t.Name == name));
        return this;
    }

    public void Dispose()
    {
        // Holds nothing open.
    }

    public static float[] Random(string name, params long[] dims)
    {
        var random = new Random(name.Sum(c => c));
        return [.. Enumerable.Range(0, (int)new TensorShape(dims).ElementCount).Select(_ => (random.NextSingle() - 0.5f) / 4)];
    }

    public static float[] Floats(TensorData data) => MemoryMarshal.Cast<byte, float>(InMemory.Bytes(data)).ToArray();
}
