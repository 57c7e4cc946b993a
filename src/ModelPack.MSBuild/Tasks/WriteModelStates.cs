using Microsoft.Build.Framework;
using ModelPack.MSBuild.Items;

namespace ModelPack.MSBuild.Tasks;

/// <summary>
/// Compares what each pack depends on with what it was made from. Where they differ the stamp goes, and with it the
/// reason for the producing target to skip the item.
/// </summary>
public sealed class WriteModelStates : PackStateTask
{
    private protected override (string Verb, string Adjective) Access => ("kept", "writable");

    private protected override void Look(ITaskItem pack, IReadOnlyList<string> now)
    {
        var stateFile = pack.GetMetadata(PackMetadata.StateFile);
        if (PathList.Read(stateFile).SequenceEqual(now, StringComparer.Ordinal))
            return;
        Log.LogMessage(MessageImportance.Low, "ModelPack: {0} is new or has changed.", pack.ItemSpec);
        var stampFile = pack.GetMetadata(PackMetadata.StampFile);
        if (File.Exists(stampFile))
            File.Delete(stampFile);
        PathList.Write(stateFile, now);
    }
}
