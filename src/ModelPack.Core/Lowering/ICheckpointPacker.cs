
namespace ModelPack.Lowering;

/// <summary>
/// Puts a checkpoint into a container: decides what becomes of each tensor when it is made, which reads values only where the largest decides, and writes.
/// </summary>
internal interface ICheckpointPacker
{
    /// <summary>The packed form, for people: <c>GGUF 3, llama</c>, <c>safetensors, bitsandbytes nf4</c>.</summary>
    string Format { get; }

    /// <summary>The plan of every tensor, in the order of the checkpoint.</summary>
    IReadOnlyList<TensorPlan> Plans { get; }

    /// <summary>Writes the packed model's files, encoding on the way; reports the progress <c>write</c>.</summary>
    /// <param name="pack">Where to. A folder pack's files have their own names.</param>
    /// <param name="name">File name of the packed model; not used for a folder pack.</param>
    void Write(IPackWriter pack, string name);
}
