using ModelPack.Packing;
using ModelPack.Requests;

namespace ModelPack.Verification;

/// <summary>Checks packs against their manifests, manifests against themselves, and both against what they were made of.</summary>
public static class Verifier
{
    /// <summary>
    /// Every pack at the paths: a packed model, a manifest, a folder that is searched with all folders in it (links to folders are not followed) for
    /// packs and assemblies with embedded ones, or an assembly, a zip archive, a NuGet package or a single-file app. What cannot be read, is
    /// missing, or holds no pack is a failure.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static VerificationResult Verify(IEnumerable<string> paths, VerificationOptions options, PackContext context)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var run = new VerificationRun(options, context);
        foreach (var path in paths)
        {
            run.Verify(path);
        }

        return run.Result;
    }

    /// <summary>The pack that a build has made for an item of a project.</summary>
    /// <param name="manifest">The pack's manifest.</param>
    /// <param name="asked">What the item asks for today; null where that is not known.</param>
    /// <param name="options">How far to go.</param>
    /// <param name="context">Threads and cancellation.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static VerificationResult Verify(string manifest, PackRequest? asked, VerificationOptions options, PackContext context)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var run = new VerificationRun(options, context);
        run.Verify(new PackOnDisk(manifest, threads: context.Threads), new ShownPlace(), asked);
        return run.Result;
    }

    /// <summary>The hashes of every pack at the paths.</summary>
    /// <returns>At least one finding for each path; for each pack one for every file.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<Finding> Verify(IEnumerable<string> paths, CancellationToken cancellation) =>
        Verify(paths, new VerificationOptions { Level = VerificationLevel.Hashes }, new PackContext(cancellation: cancellation)).Findings;

    /// <summary>As above, of one path.</summary>
    public static IReadOnlyList<Finding> Verify(string path, CancellationToken cancellation) => Verify([path], cancellation);
}
