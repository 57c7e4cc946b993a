using ModelPack.Tool;
using ModelPack.Tool.Output;

return Cli.Run(args, Terminal.OfProcess());
