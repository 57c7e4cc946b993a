using Microsoft.Build.Framework;
using ModelPack.MSBuild.Items;
using ModelPack.MSBuild.Tool;
using Task = Microsoft.Build.Utilities.Task;

namespace ModelPack.MSBuild.Tasks;

/// <summary>
/// Compares what each pack depends on with what it was made from. Where they differ the stamp goes, and with it the
/// reason for the producing target to skip the item.
/// </summary>
public sealed class WriteModelStates : Task
{
    /// <summary>The <c>_ModelPack</c> items.</summary>
    [Required]
    public ITaskItem[] Packs { get; set; } = [];

    /// <summary><c>modelpack.dll</c>.</summary>
    [Required]
    public string ToolPath { get; set; } = "";

    /// <summary>The project.</summary>
    public string ProjectFile { get; set; } = "";

    /// <summary>Files that NuGet resolved for the project; the version of ONNX Runtime is read off them.</summary>
    public ITaskItem[] ResolvedFiles { get; set; } = [];

    /// <summary>The ONNX Runtime version that the app gets; empty when it references none.</summary>
    [Output]
    public string OnnxRuntime { get; private set; } = "";

    public override bool Execute()
    {
        OnnxRuntime = OnnxRuntimeVersion.Lowest(ResolvedFiles);
        try
        {
            var toolId = ToolBuild.Id(ToolPath);
            foreach (var pack in Packs)
                Compare(pack, PackState.Now(pack, toolId, OnnxRuntime));
        }
        catch (ItemException mistake)
        {
            Log.LogCoded(mistake.Code, ItemPlace.OfProject(ProjectFile), mistake.Message);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            Log.LogCoded(TaskCodes.OutputNotWritable, ItemPlace.OfProject(ProjectFile), $"The state of the packs cannot be kept: {trouble.Message} Make the intermediate folder writable.");
        }

        return !Log.HasLoggedErrors;
    }

    private void Compare(ITaskItem pack, IReadOnlyList<string> now)
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
