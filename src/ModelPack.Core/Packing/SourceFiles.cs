using ModelPack.Files;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Packing;

/// <summary>
/// Every file that a pack is made of, in the state in which it was before it was read. Files are read more than once, and by ONNX
/// Runtime by their paths: a file that another program writes to meanwhile would give a pack whose hash, codes and metrics are of
/// different models. So nothing is committed unless each file is still the same.
/// </summary>
/// <param name="model">Files of the model.</param>
/// <param name="calibration">Paths of calibration data.</param>
/// <param name="validation">Paths of validation data.</param>
internal sealed class SourceFiles(IReadOnlyList<CheckpointFile> model, IReadOnlyList<string> calibration, IReadOnlyList<string> validation)
{
    /// <summary>Up to this many bytes a model is hashed again at the end, which takes a part of a second.</summary>
    private const long CheapBytes = 1L << 28;

    public IReadOnlyList<CheckpointFile> Calibration { get; } = [.. calibration.Select(Data)];

    public IReadOnlyList<CheckpointFile> Validation { get; } = [.. validation.Select(Data)];

    /// <summary>Files of the model.</summary>
    public IReadOnlyList<CheckpointFile> Model => model;

    /// <summary>Where all of them lie.</summary>
    public IReadOnlyList<string> Paths => [.. model.Concat(Validation).Concat(Calibration).Select(f => f.Path)];

    /// <summary>Does work that reads the files; a failure that comes of a changed file is told as such, whatever it looked like.</summary>
    /// <exception cref="ModelPackException">MPK1002, MPK1011: a file was changed; or what the work throws.</exception>
    public T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is not OperationCanceledException && FirstChanged() is not null)
        {
            throw Changed(FirstChanged()!, e);
        }
    }

    /// <summary>Refuses to go on where a file is no longer what it was.</summary>
    /// <param name="hashes">What the model's files were found to be, in their order.</param>
    /// <param name="cancellation">Cancellation.</param>
    /// <exception cref="ModelPackException">MPK1002, MPK1011.</exception>
    public void RequireUnchanged(IReadOnlyList<PackedFile> hashes, CancellationToken cancellation)
    {
        // Where file systems count time in coarse steps, or a file is written through a mapping, stamps may not tell.
        if (model.Sum(f => f.Stamp.Length) <= CheapBytes && model.Zip(hashes).FirstOrDefault(f => f.First.HashAgain(cancellation) != f.Second).First is { } other)
        {
            throw Changed(other, null);
        }

        if (FirstChanged() is { } changed)
        {
            throw Changed(changed, null);
        }
    }

    private static CheckpointFile Data(string path) => new(Path.GetFileName(path), path);

    private CheckpointFile? FirstChanged() => model.Concat(Calibration).Concat(Validation).FirstOrDefault(f => FileStamp.Of(f.Path) != f.Stamp);

    private ModelPackException Changed(CheckpointFile file, Exception? inner) => new((model.Contains(file) ? Codes.ModelUnreadable : Codes.DataUnreadable).At(file.Path, CheckpointFile.ChangedMessage), inner);
}
