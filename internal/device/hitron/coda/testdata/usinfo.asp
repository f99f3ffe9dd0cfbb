[{"portId":"1","frequency":"16400000","bandwidth":"6400000","modtype":"64QAM","scdmaMode":"ATDMA","signalStrength":"44.000","channelId":"1"},
{"portId":"2","frequency":"22800000","bandwidth":"6400000","modtype":"64QAM","scdmaMode":"ATDMA","signalStrength":"34.250","channelId":"2"},
{"portId":"3","frequency":"29200000","bandwidth":"6400000","modtype":"64QAM","scdmaMode":"ATDMA","signalStrength":"42.250","channelId":"3"},
{"portId":"4","frequency":"35600000","bandwidth":"6400000","modtype":"64QAM","scdmaMode":"ATDMA","signalStrength":"44.500","channelId":"4"},
{"portId":"5","frequency":"42000000","bandwidth":"3200000","modtype":"16QAM","scdmaMode":"ATDMA","signalStrength":"37.750","channelId":"5"}]